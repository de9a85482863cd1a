package backend_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"arignote/backend"
	"arignote/expr"
	"arignote/optimize"
)

// pageBlock is what the tests read of a block of the stage viewer.
type pageBlock struct {
	kind    string
	ID      int
	Program int
	Title   string
	Nodes   []struct {
		ID   int
		Full string
		Type string
	}
	Stages []struct {
		Names []string
		Lines []int
	}
	Steps []struct {
		Rule, Verdict, At string
		Text              string
		Nodes             []int
		Kernels           []string
	}
}

var blockPattern = regexp.MustCompile(`<script type="application/json" class="(\w+)">(.*)\n</script>`)

// blocks returns the blocks of a page.
func blocks(t *testing.T, file string) []pageBlock {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []pageBlock
	for _, m := range blockPattern.FindAllSubmatch(text, -1) {
		b := pageBlock{kind: string(m[1])}
		if err := json.Unmarshal(m[2], &b); err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

// node returns the number of the node that is called full.
func (b *pageBlock) node(t *testing.T, full string) int {
	t.Helper()
	for _, n := range b.Nodes {
		if n.Full == full {
			return n.ID
		}
	}
	t.Fatalf("no node %s in %v", full, b.Nodes)
	return 0
}

// softplusPage compiles and runs programs that write a page.
func softplusPage(t *testing.T, file string, programs int) {
	t.Helper()
	x, a := expr.Vector("x"), expr.Scalar("a")
	nasty := optimize.Rule{Name: "</script><img src=x>", Left: "sin(x)", Right: "x - x ** 3 / 6", Class: optimize.Real}
	var wait sync.WaitGroup
	for range programs {
		wait.Go(func() {
			p, err := backend.Config{Stages: file, Rules: []optimize.Rule{nasty}}.Compile(
				[]*expr.Node{x, a}, x.Exp().Add(1).Log().Add(a.Div(a)).Sum().Add(a.Sin()))
			if err == nil {
				_, err = p.Run([]float64{1, 2, 3}, 0.5)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// TestStages: the page has every program and plan, whoever compiles at the same
// time, and needs nothing from elsewhere.
func TestStages(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stages.html")
	if err := os.WriteFile(file, []byte("something old"), 0o666); err != nil {
		t.Fatal(err)
	}
	const programs = 5
	softplusPage(t, file, programs)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{"http:", "https:", "url(", "@import", "<link", "<img", "import(", "fetch(", "something old"} {
		if strings.Contains(string(text), foreign) {
			t.Errorf("there is %s in the page", foreign)
		}
	}
	count := map[string]int{}
	seen := map[int]bool{}
	for _, b := range blocks(t, file) {
		count[b.kind]++
		if b.kind == "plan" {
			if len(b.Steps) == 0 || len(b.Steps[0].Kernels) == 0 || len(b.Steps[0].Nodes) == 0 || !seen[b.Program] {
				t.Errorf("plan without steps, kernels, nodes or program: %+v", b)
			}
			continue
		}
		seen[b.ID] = true
		var rules []string
		for _, s := range b.Steps {
			rules = append(rules, s.Rule)
			if s.Verdict == "" || !strings.HasPrefix(s.At, "show_test.go:") {
				t.Errorf("step %+v", s)
			}
		}
		if all := fmt.Sprint(rules); !strings.Contains(all, "softplus") || !strings.Contains(all, "div-self") || !strings.Contains(all, "<img") {
			t.Errorf("rules %s", all)
		}
		if b.Stages[0].Names[0] != "input" || len(b.Stages) < 3 {
			t.Errorf("stages %+v", b.Stages)
		}
		b.node(t, "softplus(x)")
	}
	if count["program"] != programs || count["plan"] != programs || len(seen) != programs {
		t.Errorf("%v, want %d of each", count, programs)
	}
}

// TestStagesGone: that a plan can no longer be added to the page is told once.
func TestStagesGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pages")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	p := program(t, backend.Config{Stages: filepath.Join(dir, "stages.html")}, "x: float64[?]\n2*x")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for i, x := range [][]float64{{1}, {1}, {1, 2}} {
		if _, err := p.Run(x); errors.Is(err, fs.ErrNotExist) != (i == 0) || i > 0 && err != nil {
			t.Errorf("run %d: %v", i, err)
		}
	}
}

// TestStagesEnvironment: the environment names the page, the same graph after
// a pass is no stage of its own, and a page that cannot be written is an error.
func TestStagesEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stages.html")
	t.Setenv("ARIGNOTE_TRACE", file)
	x := expr.Vector("x")
	if _, err := backend.Compile([]*expr.Node{x}, x.Exp()); err != nil {
		t.Fatal(err)
	}
	list := blocks(t, file)
	if len(list) != 1 || len(list[0].Stages) != 1 {
		t.Errorf("%+v", list)
	}
	t.Setenv("ARIGNOTE_TRACE", filepath.Join(t.TempDir(), "missing", "stages.html"))
	if _, err := backend.Compile([]*expr.Node{x}, x.Exp()); err == nil {
		t.Error("no error for a page that cannot be written")
	}
}

// TestStagesSegments: plans whose sizes depend on data are shown too.
func TestStagesSegments(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stages.html")
	g, err := expr.ParseGraph("x: float64[n]; sum(exp(x[x > 0]))")
	if err != nil {
		t.Fatal(err)
	}
	p, err := backend.Config{Stages: file}.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run([]float64{1, -1, 2}); err != nil {
		t.Fatal(err)
	}
	if n := len(blocks(t, file)); n != 3 {
		t.Errorf("%d blocks, want the program and two plans", n)
	}
}

// TestViewer opens a page in a browser and looks at what it draws.
func TestViewer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
		}
	}
	if browser == "" {
		t.Skip("no chromium: the stage viewer is not tested (Debian: apt-get install chromium)")
	}
	file := filepath.Join(t.TempDir(), "stages.html")
	softplusPage(t, file, 2)
	list := blocks(t, file)
	node := list[0].node(t, "exp(x)")

	dom := browse(t, browser, fmt.Sprintf("%s#program=1&stage=1&node=%d&find=softplus&passes=1", file, node))
	for _, want := range []string{
		`data-ready="2"`, fmt.Sprintf(`data-selected="%d"`, node),
		"as given", "stabilize", "specialised", "kernel(", "1 marked", "assumes exp(x) finite", "show_test.go:",
		`class="line new "`, `block marked`, `>2. show_test.go:`,
	} {
		if !strings.Contains(dom, want) {
			t.Errorf("%s is not drawn", want)
		}
	}
	if strings.Contains(dom, "<img") || !strings.Contains(dom, "&lt;img") {
		t.Error("the name of a rule is not drawn as text")
	}
	hits := regexp.MustCompile(`<section class="column" id="c\d+" data-stage="[^"]*" data-hits="(\d+)"`).FindAllStringSubmatch(dom, -1)
	for _, m := range hits {
		if m[1] != "1" {
			t.Errorf("%s shows %s nodes, want 1", m[0], m[1])
		}
	}
	if len(hits) != len(list[0].Stages)+1 {
		t.Errorf("%d columns for %d stages and a plan", len(hits), len(list[0].Stages))
	}
	if m := regexp.MustCompile(`data-matches="(\d+)"`).FindStringSubmatch(dom); m == nil || m[1] == "0" {
		t.Errorf("matches %v", m)
	}
}

// TestViewerLarge: a graph of thousands of nodes is folded.
func TestViewerLarge(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("no chromium: the stage viewer is not tested (Debian: apt-get install chromium)")
	}
	file := filepath.Join(t.TempDir(), "stages.html")
	x := expr.Vector("x")
	y := x
	for i := range 1500 {
		y = y.Mul(x).Add(float64(i)).Tanh()
	}
	y = y.Mul(1).Sum()
	if _, err := (backend.Config{Stages: file}).Compile([]*expr.Node{x}, y); err != nil {
		t.Fatal(err)
	}
	b := blocks(t, file)[0]
	last := b.Stages[0].Lines[len(b.Stages[0].Lines)/2]
	dom := browse(t, browser, fmt.Sprintf("%s#stage=1&node=%d", file, last))
	if lines := strings.Count(dom, `class="line `); lines < 300 || lines > 2500 {
		t.Errorf("%d lines are drawn of %d in each of %d stages", lines, len(b.Stages[0].Lines), len(b.Stages))
	}
	if !strings.Contains(dom, fmt.Sprintf(`data-n="%d" data-i=`, last)) {
		t.Error("the chosen line is not shown")
	}
}

// browse returns the document after its scripts have run.
func browse(t *testing.T, browser, page string) string {
	t.Helper()
	profile, err := os.MkdirTemp("", "viewer")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile) // not t.TempDir: the browser may still be writing
	args := strings.Fields("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
		"--disable-component-update --disable-sync --virtual-time-budget=5000 --dump-dom")
	cmd := exec.Command(browser, append(args, "--user-data-dir="+profile, "file://"+page)...)
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Skipf("%s does not start: %v", browser, err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v", browser, err)
	}
	return out.String()
}
