// compose-check loads a Compose file with the specification's own loader, which validates it against the specification's
// JSON schema and resolves variables, anchors and references. It prints the services and exits with 1 on any error.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: compose-check FILE (variables are taken from the environment)")
		os.Exit(2)
	}
	names, err := check(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(strings.Join(names, " "))
}

// check returns the names of the file's services in order, or what the specification does not allow.
func check(path string) ([]string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	details := types.ConfigDetails{
		WorkingDir:  filepath.Dir(absolute),
		ConfigFiles: []types.ConfigFile{{Filename: absolute}},
		Environment: types.NewMapping(os.Environ()),
	}
	project, err := loader.LoadWithContext(context.Background(), details)
	if err != nil {
		return nil, err
	}
	names := project.ServiceNames()
	sort.Strings(names)
	return names, nil
}
