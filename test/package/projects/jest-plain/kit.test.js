const { kit } = require('./kit.cjs')

test('kit', kit)
