package scalar_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	. "arignote/expr/internal/scalar"
)

var complexArguments = [4]complex128{0.7 - 1.3i, -2.5 + 0.0001i, 1e-9 + 1e-7i, -0.9999 + 0.02i}

// The expected values at complexArguments are from mpmath with 400 digits, rounded once.
var complexFunctions = []struct {
	name string
	f    func(complex128) complex128
	want [4]complex128
}{
	{"CExp", CExp, [4]complex128{
		complex(0.5386764903879437, -1.9403679046892117), complex(0.0820849982134738, 8.208499848709048e-06),
		complex(1.000000000999995, 1.0000000009999983e-07), complex(0.36784265016156914, 0.007357834073936759),
	}},
	{"CExpm1", CExpm1, [4]complex128{
		complex(-0.4613235096120562, -1.9403679046892117), complex(-0.9179150017865262, 8.208499848709048e-06),
		complex(9.99995000499995e-10, 1.0000000009999983e-07), complex(-0.6321573498384309, 0.007357834073936759),
	}},
	{"CLog", CLog, [4]complex128{
		complex(0.38966243840049886, -1.0768549578753155), complex(0.9162907326741551, 3.1415526535898146),
		complex(-16.118045653458154, 1.5607966601082315), complex(9.999500033331936e-05, 3.121593320216463),
	}},
	{"CLog1p", CLog1p, [4]complex128{
		complex(0.7608494990630468, -0.6528466311007743), complex(0.4054651103303866, 3.1415259869232255),
		complex(1.00000499949999e-09, 9.999999989999966e-08), complex(-3.9120105055843934, 1.5657963684609388),
	}},
	{"CLog2", CLog2, [4]complex128{
		complex(0.5621640675011008, -1.5535733074834113), complex(1.3219280960415183, 4.532302434025589),
		complex(-23.25342453306599, 2.2517536013742023), complex(0.00014426229109457006, 4.503507202748405),
	}},
	{"CLog10", CLog10, [4]complex128{
		complex(0.16922824680230242, -0.4676721660154082), complex(0.3979400090194732, 1.3643589820625746),
		complex(-6.999978286361569, 0.6778453768580301), complex(4.3427276862674425e-05, 1.3556907537160603),
	}},
	{"CSin", CSin, [4]complex128{
		complex(1.2696978072048746, -1.298994538184445), complex(-0.5984721470963172, -8.011436168821731e-05),
		complex(1.000000000000005e-09, 1.0000000000000017e-07), complex(-0.8415852393696399, 0.010808449534976837),
	}},
	{"CCos", CCos, [4]complex128{
		complex(1.5074383508731426, 1.0941280057977618), complex(-0.8011436195526518, 5.984721451014101e-05),
		complex(1.000000000000005, -1.0000000000000017e-16), complex(0.5404945311576461, 0.016829460919106056),
	}},
	{"CTan", CTan, [4]complex128{
		complex(0.14201665536948033, -0.9648016035093661), complex(0.7470222855997369, 0.00015580422986837157),
		complex(9.999999999999901e-10, 9.999999999999966e-08), complex(-1.5549350218962947, 0.06841358346130003),
	}},
	{"CSinh", CSinh, [4]complex128{
		complex(0.20292025165577843, -1.209428369457654), complex(-6.050204450788765, 0.0006132289469443204),
		complex(9.99999999999995e-10, 9.999999999999982e-08), complex(-1.1748118899113191, 0.03085720520520381),
	}},
	{"CCosh", CCosh, [4]complex128{
		complex(0.33575623873216537, -0.7309395352315579), complex(6.132289449002239, -0.0006050204470956114),
		complex(0.999999999999995, 9.999999999999984e-17), complex(1.5426545400728882, -0.023499371131267054),
	}},
	{"CTanh", CTanh, [4]complex128{
		complex(1.47162844587362, -0.3983751953569775), complex(-0.986614298413793, 2.6592226512950576e-06),
		complex(1.00000000000001e-09, 1.0000000000000033e-07), complex(-0.7616801121929923, 0.00839993739937608),
	}},
	{"CAsin", CAsin, [4]complex128{
		complex(0.4147526070737909, -1.1497994455842555), complex(-1.570752683216885, 1.5667992380115439),
		complex(9.99999999999995e-10, 9.999999999999982e-08), complex(-1.4292559762382167, 0.14130465997615363),
	}},
	{"CAcos", CAcos, [4]complex128{
		complex(1.1560437197211058, 1.1497994455842555), complex(3.1415490100117816, -1.5667992380115439),
		complex(1.5707963257948967, -9.999999999999982e-08), complex(3.000052303033113, -0.14130465997615363),
	}},
	{"CAtan", CAtan, [4]complex128{
		complex(1.13556447511185, -0.5747827145314895), complex(-1.190289950158156, 1.3793103432749738e-05),
		complex(1.00000000000001e-09, 1.0000000000000033e-07), complex(-0.7854481708980317, 0.010000333303324761),
	}},
	{"CAsinh", CAsinh, [4]complex128{
		complex(1.0331308903624445, -0.9636735189630229), complex(-1.6472311470114245, 3.7139067621867786e-05),
		complex(1.000000000000005e-09, 1.0000000000000017e-07), complex(-0.8813735905554305, 0.01414260703532079),
	}},
	{"CAcosh", CAcosh, [4]complex128{
		complex(1.1497994455842555, -1.1560437197211058), complex(1.5667992380115439, 3.1415490100117816),
		complex(9.999999999999982e-08, 1.5707963257948967), complex(0.14130465997615363, 3.000052303033113),
	}},
	{"CAtanh", CAtanh, [4]complex128{
		complex(0.23627140845552494, -0.9984220549208925), complex(-0.42364892928657233, 1.5707772791758945),
		complex(9.999999999999901e-10, 9.999999999999966e-08), complex(-2.3025788436971695, 0.7878982675613027),
	}},
	{"CReciprocal", CReciprocal, [4]complex128{
		complex(0.3211009174311926, 0.5963302752293578), complex(-0.39999999936, -1.59999999744e-05),
		complex(99990.00099990003, -9999000.099990001), complex(-0.9997000499930009, -0.01999600059992001),
	}},
}

func TestComplexFunctions(t *testing.T) {
	for _, c := range complexFunctions {
		t.Run(c.name, func(t *testing.T) {
			for i, z := range complexArguments {
				if got := c.f(z); got != c.want[i] {
					t.Errorf("%s(%v) = %v, want %v", c.name, z, got, c.want[i])
				}
			}
		})
	}
}

// wide draws components from the whole range of exponents that does not overflow in a quotient.
func wide(r *rand.Rand) complex128 {
	part := func() float64 { return math.Ldexp(2*r.Float64()-1, r.IntN(1000)-500) }
	return complex(part(), part())
}

func TestComplexArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(name string, got float64, exact *big.Float, args ...complex128) {
		t.Helper()
		if u := ulps(got, exact); u > 0.51 {
			t.Errorf("%s%v = %v: %.3f ulp off", name, args, got, u)
		}
	}
	for range 300 {
		z, w := wide(r), wide(r)
		a, b, c, d := bf(real(z)), bf(imag(z)), bf(real(w)), bf(imag(w))
		norm := add(mul(c, c), mul(d, d))
		q := CDiv(z, w)
		check("re CDiv", real(q), quo(add(mul(a, c), mul(b, d)), norm), z, w)
		check("im CDiv", imag(q), quo(sub(mul(b, c), mul(a, d)), norm), z, w)
		abs := root(norm)
		check("CAbs", CAbs(w), abs, w)
		s := CSign(w)
		check("re CSign", real(s), quo(c, abs), w)
		check("im CSign", imag(s), quo(d, abs), w)
		re, im := root(scaleBy(add(abs, c), -1)), root(scaleBy(sub(abs, c), -1))
		if imag(w) < 0 {
			im = neg(im)
		}
		s = CSqrt(w)
		check("re CSqrt", real(s), re, w)
		check("im CSqrt", imag(s), im, w)
	}
}

func TestCPow(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct{ z, w, want complex128 }{
		{0, 0, 1}, {complex(nan, nan), 0, 1}, {0, 2, 0}, {0, 2 + 1i, 0}, {0, -1, complex(nan, nan)},
		{2i, 2, -4}, {-1, 2, 1}, {-2, 3, -8}, {1i, -1, -1i}, {3 + 4i, 2, -7 + 24i}, {3 + 4i, 1, 3 + 4i}, {4, 0.5, 2},
		{0x1p500 + 0x1p-600i, 2, 0x1p1000 + 0x1p-99i},
		{2, 1e9, complex(math.Inf(1), 0)},
		// From mpmath, 400 digits.
		{1i, 1i, 0.20787957635076190},
	} {
		if got := CPow(c.z, c.w); !sameComplex(got, c.want) {
			t.Errorf("CPow(%v, %v) = %v, want %v", c.z, c.w, got, c.want)
		}
	}
}

func sameComplex(z, w complex128) bool {
	same := func(x, y float64) bool { return x == y || x != x && y != y }
	return same(real(z), real(w)) && same(imag(z), imag(w))
}

func TestComplexSpecial(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name      string
		got, want complex128
	}{
		{"1/0", CDiv(1, 0), complex(inf, nan)},
		{"0/0", CDiv(0, 0), complex(nan, nan)},
		{"1/inf", CDiv(1, complex(inf, 0)), 0},
		{"(1e300+1e-20i)/1", CDiv(1e300+1e-20i, 1), 1e300 + 1e-20i},
		{"huge/huge", CDiv(complex(1e308, 1e308), complex(1e308, 1e308)), 1},
		{"mul inf", CMul(complex(inf, 0), 1), complex(inf, nan)},
		{"square", CSquare(3 + 4i), -7 + 24i},
		{"sign 0", CSign(0), 0},
		{"sign", CSign(-3i), -1i},
		{"sign inf", CSign(complex(-inf, 5)), -1},
		{"sqrt 0", CSqrt(0), 0},
		{"sqrt -4", CSqrt(-4), 2i},
		{"sqrt conj -4", CSqrt(complex(-4, math.Copysign(0, -1))), -2i},
		{"sqrt inf", CSqrt(complex(1, inf)), complex(inf, inf)},
		{"sqrt wide", CSqrt(complex(1e300, 1e-20)), complex(1e150, 5e-171)},
		{"exp big", CExp(complex(710, math.Pi/2)), complex(1.3679272698459396e+292, inf)},
		{"exp -inf", CExp(complex(-inf, 1)), 0},
		{"exp real", CExp(1), complex(math.E, 0)},
		{"sqrt nan", CSqrt(complex(nan, 0)), complex(nan, nan)},
		{"acos 2+0i", CAcos(2), -1.3169578969248167i},
		{"acos 2-0i", CAcos(complex(2, zero)), 1.3169578969248167i},
		{"asin 1+1e-200i", CAsin(1 + 1e-200i), complex(math.Pi/2, 1e-100)},
		{"acosh -2", CAcosh(-2), complex(1.3169578969248167, math.Pi)},
		{"acosh 0", CAcosh(0), complex(0, math.Pi/2)},
		{"atanh 2+0i", CAtanh(2), complex(0.5493061443340549, math.Pi/2)},
		{"atanh 2-0i", CAtanh(complex(2, zero)), complex(0.5493061443340549, -math.Pi/2)},
		{"atanh 1+1e-200i", CAtanh(1 + 1e-200i), complex(230.60508288968455, math.Pi/4)},
		{"log -1-0i", CLog(complex(-1, zero)), complex(0, -math.Pi)},
		{"log 0", CLog(0), complex(-inf, 0)},
		{"log -1", CLog(-1), complex(0, math.Pi)},
		{"log huge", CLog(complex(1e308, 1e308)), complex(709.542782232446, math.Pi/4)},
		{"abs", complex(CAbs(complex(-inf, nan)), 0), complex(inf, 0)},
	} {
		if !sameComplex(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}
