import { test } from 'vitest'
import { kit } from './kit.mjs'

test('kit', kit)
