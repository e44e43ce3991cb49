package main

import (
	"math"
	"os"
	"text/template"
)

const (
	row    = 26  // the height of a bar with its room, in pixels
	middle = 560 // where a bar begins that is just as wanted
	double = 60  // how long a bar is that is twice as good
	widest = 5   // doublings that there is room for, on either side
)

// picture has a bar for each figure: to the right as far as it is better than
// wanted, in doublings, and to the left as far as it is worse.
var picture = template.Must(template.New("picture").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="16" y="28" font-size="17" font-weight="600" fill="#111">What was measured, by what is wanted</text>
<g stroke="#d4d4d4" fill="#666" text-anchor="middle" font-size="11">{{range .Marks}}
<line x1="{{.X}}" y1="52" x2="{{.X}}" y2="{{$.Height}}"/><text stroke="none" x="{{.X}}" y="46">{{.Says}}</text>{{end}}
</g>{{range .Bars}}
<text x="16" y="{{.Text}}" fill="#111">{{.Name}}</text><text x="232" y="{{.Text}}" fill="#666">{{.Unit}}</text>
<rect x="{{.X}}" y="{{.Y}}" width="{{.Width}}" height="18" rx="2" fill="{{.Colour}}"><title>{{.Says}}</title></rect>
<text x="{{.After}}" y="{{.Text}}" fill="#111" font-variant-numeric="tabular-nums">{{.Value}}</text>{{end}}
</svg>
`))

type bar struct {
	Name, Unit, Says, Colour, Value string
	X, Y, Width, After, Text        float64
}

type mark struct {
	X    float64
	Says string
}

func plot(path string, figures []figure) error {
	var bars []bar
	for n, one := range figures {
		doublings := max(-widest, min(widest, math.Log2(one.reached(one.Value))))
		made := bar{Name: one.Name, Unit: one.Unit, Says: one.says, Colour: "#2f855a", Value: one.text(), X: middle, Y: float64(60 + n*row), Width: max(1, math.Abs(doublings)*double)}
		if doublings < 0 {
			made.X, made.Colour = middle-made.Width, "#c53030"
		}
		made.After, made.Text = max(middle, made.X+made.Width)+8, made.Y+13
		bars = append(bars, made)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	err = picture.Execute(file, map[string]any{
		"Width": middle + widest*double + 170, "Height": 72 + len(figures)*row, "Bars": bars,
		"Marks": []mark{{middle - 2*double, "a quarter"}, {middle - double, "half"}, {middle, "as wanted"}, {middle + double, "twice"}, {middle + 2*double, "4 times"}, {middle + 4*double, "16 times"}},
	})
	if err != nil {
		return err
	}
	return file.Close()
}
