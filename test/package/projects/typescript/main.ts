import { kit } from './kit.js'

kit()
