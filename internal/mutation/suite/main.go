// Command suite runs the test vectors of a folder against the library that it is
// built with, until a test fails, whose name it prints. It is for command
// mutation, which builds it many times: unlike mikeytool it holds no vectors.
package main

import (
	"fmt"
	"os"

	"github.com/gomikey/gomikey/internal/conform"
	"github.com/gomikey/gomikey/internal/vectors"
)

func main() {
	files, err := vectors.Load(os.DirFS(os.Args[1]))
	if err == nil {
		_, err = conform.Run(conform.Library(), files, conform.Options{
			Complete: true,
			Progress: func(_, _ int, r *conform.Result) {
				if r.Status == conform.Failed {
					fmt.Printf("%s/%d %s\n", r.Family, r.TCID, r.Comment)
					os.Exit(0)
				}
			},
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
