package coverage

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Write writes rows as text: the requirements, the pitfalls, and a summary.
func Write(w io.Writer, rows []Row) error {
	var requirements, pitfalls []Row
	for _, r := range rows {
		if isPitfall(r) {
			pitfalls = append(pitfalls, r)
		} else {
			requirements = append(requirements, r)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tLEVEL\tSTATE\tVECTORS\tTESTS, OR WHY NONE")
	for _, r := range requirements {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Level, r.State, r.families(), r.tests())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(pitfalls) > 0 {
		fmt.Fprintln(t, "\nPITFALL\tVECTORS\tTESTS")
		for _, r := range pitfalls {
			fmt.Fprintf(t, "%s\t%s\t%s\n", r.ID, r.families(), r.tests())
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "\n"+summary(requirements))
	return err
}

// families counts the vectors of each family: "psk 12, dh 3".
func (r Row) families() string {
	var names []string
	count := make(map[string]int)
	for _, v := range r.Vectors {
		family, _, _ := strings.Cut(v, "/")
		if count[family] == 0 {
			names = append(names, family)
		}
		count[family]++
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, count[name])
	}
	return cmp.Or(strings.Join(names, ", "), "-")
}

func (r Row) tests() string {
	switch {
	case r.Missing():
		return "MISSING"
	case len(r.Tests) > 1:
		return fmt.Sprintf("%s and %d more", r.Tests[0], len(r.Tests)-1)
	case len(r.Tests) == 1:
		return r.Tests[0]
	case len(r.Vectors) == 0:
		return r.Reason
	}
	return "-"
}

func summary(requirements []Row) string {
	var implemented, byVectors, byTests, program, no, missing int
	for _, r := range requirements {
		switch r.State {
		case Program:
			program++
		case No:
			no++
		case Implemented:
			implemented++
			switch {
			case r.Missing():
				missing++
			case len(r.Vectors) > 0:
				byVectors++
			default:
				byTests++
			}
		}
	}
	return fmt.Sprintf("%d requirements: %d implemented (%d by vectors, %d by tests only), "+
		"%d up to the program, %d not implemented; %d implemented without vector or test",
		len(requirements), implemented, byVectors, byTests, program, no, missing)
}
