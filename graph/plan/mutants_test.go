package plan_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// breakage is a statement of the plan that is done wrong.
type breakage struct{ file, right, wrong string }

// breakages are what the differential test has to see. Each is a whole
// statement; where one stands in a file twice, #2 is the second.
var breakages = []breakage{
	{"write.go", "whole = whole && !n.elements", "_ = n"},
	{"write.go", "whole = whole && !field.NonNull", "_ = field"},
	{"write.go", "r.cut(begin)", "_ = begin"},
	{"write.go", "r.cut(begin)#2", "_ = begin"},
	{"write.go", "r.cut(before)", "_ = before"},
	{"write.go", "r.writer.bytes = r.writer.bytes[:begin]", "r.writer.bytes = r.writer.bytes[:min(begin+1, len(r.writer.bytes))]"},
	{"write.go", "r.mistake(mistake{level: s.of, object: at, selected: s, element: -1, message: nullElement})", "_ = s"},
	{"write.go", "r.mistake(mistake{level: s.of, object: at, selected: s, element: -1, err: s.refused})", "_ = s"},
	{"write.go", "r.mistake(m)", "m.element = 0\nr.mistake(m)"},
	{"write.go", "message = nullElement", "_ = nullElement"},
	{"write.go", "r.writer.String(l.object.Name)", "r.writer.String(l.up.wanted.Name)"},
	{"run.go", "c.end = int32(len(n.items))", "c.end = int32(len(n.items))\nif c.end > c.begin+2 { c.end-- }"},
	{"run.go", "n.cells[at] = c", "n.cells[len(n.cells)-1-at] = c"},
	{"run.go", "n.places[at] = place{int32(number), int32(len(l.objects))}", "n.places[at] = place{int32(number), 0}"},
	{"run.go", "n.places[at] = place{0, int32(len(l.objects))}", "n.places[at] = place{0, 0}"},
	{"run.go", "l.items = append(l.items, int32(at))", "l.items = append(l.items, 0)"},
	{"run.go", "l.items = append(l.items, int32(at))#2", "l.items = append(l.items, 0)"},
	{"run.go", "c.state = erroneous", "c.state = nothing"},
	{"run.go", "c.state = nothing", "c.state = erroneous"},
	{"run.go", "c.state = shape(there, n)", "_, c.state = there, present"},
	{"run.go", "r.mistakes(s)", "_ = s"},
	{"run.go", "s.values[n], s.errs[n] = s.Resolve(s.ctx, s.of.objects[n], s.arguments)", "s.values[n], s.errs[n] = s.Resolve(s.ctx, s.of.objects[0], s.arguments)"},
	{"compile.go", "s.arguments[n] = value", "s.arguments[n], _ = argument.Decode(nil)"},
	{"compile.go", "if s.refused = directive.Guard(s.ctx); s.refused != nil {\n\t\t\tbreak\n\t\t}", "_ = directive"},
	{"compile.go", "s.again = s.again || before.collected.Alias == field.Alias", "_ = before"},
	{"mistake.go", "ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &index})", "_ = index"},
	{"mistake.go", "r.operation.Error(at, graphql.AddFieldLocationToError(at, m.err))", "r.operation.Error(at, m.err)"},
	{"scalar.go", `out = append(out, '\\', 't')`, `out = append(out, 't')`},
	{"scalar.go", "out = append(out, '\\\\', 'u', '0', '0', hexadecimal[c>>4], hexadecimal[c&15])", "out = append(out, '\\\\', 'u', '0', '0', hexadecimal[c&15], hexadecimal[c>>4])"},
	{"scalar.go", "from = n + 1", "from = n"},
	{"scalar.go", "w.bytes = w.bytes[:0]", "_ = w"},
	{"scalar.go", `w.bytes = append(w.bytes, "null"...)`, `w.bytes = append(w.bytes, "{}"...)`},
	{"expand.go", "objects = append(objects, nil)", "_ = object"},
}

const broken = "PLAN_BREAKAGE"

// What differs, or is left to gqlgen, ends this test: for the one below, which
// runs it with each breakage.
func TestADifferenceIsSeen(t *testing.T) {
	b := start(t)
	for seed := uint64(1); seed <= 4; seed++ {
		if seen := b.compare(t, seed, 150, time.Now().Add(time.Minute), true); seen.wrong > 0 || b.plan.Counts().FellBack > 0 {
			t.Fatalf("%+v %+v", seen, b.plan.Counts())
		}
	}
}

// Every breakage is caught. They are put in by an overlay of this room's source,
// all in one program, each behind a switch: the program that is shipped has none.
func TestEveryBreakageIsCaught(t *testing.T) {
	if os.Getenv(broken) != "" {
		t.Skip("this is what is being tested")
	}
	directory := t.TempDir()
	program := filepath.Join(directory, "broken.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", overlay(t, directory), "-o", program, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if output, err := mutant(t, program, 0); err != nil {
		t.Fatalf("nothing is broken, and it says %v: %s", err, output)
	}
	for n, breakage := range breakages {
		if _, err := mutant(t, program, n+1); err == nil {
			t.Errorf("nobody sees that in %s %q became %q", breakage.file, breakage.right, breakage.wrong)
		}
	}
}

func mutant(t *testing.T, program string, number int) ([]byte, error) {
	run := exec.CommandContext(t.Context(), program, "-test.run", "TestADifferenceIsSeen", "-test.timeout", "2m")
	run.Env = append(os.Environ(), fmt.Sprintf("%s=%d", broken, number))
	return run.CombinedOutput()
}

// overlay writes this room's files with the switches, and what go build is told of them.
func overlay(t *testing.T, directory string) string {
	texts := map[string]string{"breakage.go": "package plan\n\nimport (\n\"os\"\n\"strconv\"\n)\n\nvar breakage, _ = strconv.Atoi(os.Getenv(\"" + broken + "\"))\n"}
	for n, b := range breakages {
		if texts[b.file] == "" {
			text, err := os.ReadFile(b.file)
			if err != nil {
				t.Fatal(err)
			}
			texts[b.file] = string(text)
		}
		right, second := strings.CutSuffix(b.right, "#2")
		switched := fmt.Sprintf("if breakage == %d {\n%s\n} else {\n%s\n}", n+1, b.wrong, strings.ReplaceAll(right, "\t", "\t\t"))
		at := strings.Index(texts[b.file], "\t"+right+"\n")
		if second { // the first has been broken already, and reads otherwise
			at = strings.LastIndex(texts[b.file], "\t"+right+"\n")
		}
		if at < 0 {
			t.Fatalf("%s does not say %q: break something else", b.file, b.right)
		}
		texts[b.file] = texts[b.file][:at+1] + switched + texts[b.file][at+1+len(right):]
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for name, text := range texts {
		replace[filepath.Join(here, name)] = filepath.Join(directory, name)
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, _ := json.Marshal(map[string]any{"Replace": replace})
	file := filepath.Join(directory, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
