const { kit } = require('./kit.cjs')

it('kit', kit)
