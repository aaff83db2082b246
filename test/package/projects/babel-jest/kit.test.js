import { kit } from './kit.js'

test('kit', kit)
