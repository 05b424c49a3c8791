package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// findTests returns the tests of the module in the directory root, by the ids
// that they name.
func findTests(root string) (map[string][]string, error) {
	tests := make(map[string][]string)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			// What the go command skips too.
			base := d.Name()
			if name != root && (base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_') {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		directory, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			if err := findIDs(f, filepath.ToSlash(directory), tests); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	})
	for id, names := range tests {
		slices.Sort(names)
		tests[id] = slices.Compact(names)
	}
	return tests, err
}

// A case of a test names an id at its beginning: "R-4567-006 two protocols".
var caseName = regexp.MustCompile(`^(R-(?:\d{4}|ONVIF)-\d{3}|P-\d\d) \S`)

// findIDs adds a test function, and those of its cases that name an id.
func findIDs(f *ast.FuncDecl, directory string, tests map[string][]string) error {
	name := f.Name.Name
	if !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") {
		return nil
	}
	ids, err := idsOf(name)
	if err != nil {
		return err
	}
	for _, id := range ids {
		tests[id] = append(tests[id], directory+"."+name)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			return true
		}
		if m := caseName.FindStringSubmatch(text); m != nil {
			test := directory + "." + name + "/" + strings.ReplaceAll(text, " ", "_")
			tests[m[1]] = append(tests[m[1]], test)
		}
		return true
	})
	return nil
}

var (
	documentWord = regexp.MustCompile(`^(R\d{4}|ONVIF)$`)
	numberWord   = regexp.MustCompile(`^\d{3}$`)
	pitfallWord  = regexp.MustCompile(`^P\d\d$`)
)

// idsOf returns the ids in the name of a function. TestP11_R3711_002_003_Rate
// has P-11, R-3711-002 and R-3711-003.
func idsOf(function string) ([]string, error) {
	var ids []string
	document := ""
	for _, word := range strings.Split(function[len("Test"):], "_") {
		switch {
		case documentWord.MatchString(word):
			document = "R-" + strings.TrimPrefix(word, "R") + "-"
		case pitfallWord.MatchString(word):
			document = ""
			ids = append(ids, "P-"+word[1:])
		case document != "" && numberWord.MatchString(word):
			ids = append(ids, document+word)
		case document != "" && word != "" && '0' <= word[0] && word[0] <= '9':
			return nil, fmt.Errorf("%s: %s is not the number of a requirement", function, word)
		default:
			return ids, nil
		}
	}
	return ids, nil
}
