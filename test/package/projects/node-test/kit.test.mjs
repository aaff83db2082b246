import { test } from 'node:test'
import { kit } from './kit.mjs'

test('kit', kit)
