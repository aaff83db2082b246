// Express 4 under its aliases: of what the tests use, its types are those of Express 5.
declare module 'express4' {
  import express from 'express'
  export default express
}

declare module 'express421' {
  import express from 'express'
  export default express
}
