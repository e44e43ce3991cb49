// The command report reads what go test -bench prints, passes it on, and ends
// with a table of what is wanted and what was measured, and a plot of it.
//
//	go test -run '^$' -bench . ./bench | go run ./bench/report bench.svg
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// figure is one measured value.
type figure struct {
	Name  string
	Value float64
	Unit  string
	*target
}

func main() {
	if err := report(os.Stdin, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// report reads until the end.
func report(from io.Reader, to io.Writer, plots []string) error {
	figures, err := read(io.TeeReader(from, to))
	if err != nil {
		return err
	}
	table(to, figures)
	for _, path := range plots {
		if err := plot(path, figures); err != nil {
			return err
		}
		fmt.Fprintln(to, "\nThe plot is", path)
	}
	return nil
}

// read finds the figures that have a target. A benchmark's line is its name, how
// often it ran, and values with their units.
func read(from io.Reader) (figures []figure, err error) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := cores.ReplaceAllString(strings.TrimPrefix(words[0], "Benchmark"), "")
		for n := 2; n+1 < len(words); n += 2 {
			value, err := strconv.ParseFloat(words[n], 64)
			if err != nil {
				break
			}
			if wanted := targetOf(name, words[n+1]); wanted != nil {
				figures = append(figures, figure{name, value, words[n+1], wanted})
			}
		}
	}
	return figures, lines.Err()
}

// cores are how many a benchmark ran on, which is the end of its name.
var cores = regexp.MustCompile(`-\d+$`)

func table(to io.Writer, figures []figure) {
	fmt.Fprintln(to)
	for _, one := range figures {
		verdict := "reached"
		if one.reached(one.Value) < 1 {
			verdict = "missed"
		}
		fmt.Fprintf(to, "%-8s %-16s %-28s %-22s %s\n", verdict, one.text(), one.Name, one.Unit, one.says)
	}
}
