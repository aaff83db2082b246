require('express-require-auth/redis')
require('express-require-auth/global')
const { kit } = require('./kit.cjs')

kit()
