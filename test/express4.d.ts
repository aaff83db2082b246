// Express 4 under its alias: of what the tests use, its types are those of Express 5.
declare module 'express4' {
  import express from 'express'
  export default express
}
