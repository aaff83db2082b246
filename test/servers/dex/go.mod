module dex

go 1.24

require (
	github.com/dexidp/dex v0.0.0-20240807174518-43956db7fd75 // v2.41.1
	github.com/dexidp/dex/api/v2 v2.2.0 // Dex itself replaces it by a folder
)
