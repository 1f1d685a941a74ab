package towns

import "embed"

// What `make assets` made of the packages that package-lock.json pins. A clean clone
// holds only a .gitignore here: the program compiles, and does not serve.
//
//go:embed all:data
var data embed.FS
