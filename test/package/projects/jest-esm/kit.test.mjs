import { kit } from './kit.mjs'

test('kit', kit)
