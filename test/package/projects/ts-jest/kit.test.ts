import { kit } from './kit'

test('kit', kit)
