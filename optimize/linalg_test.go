package optimize_test

import (
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/optimize"
)

// TestProducts: factors of known form make products cheaper.
func TestProducts(t *testing.T) {
	cases{
		{"A: float64[3, 4]; v: float64[4]; B: float64[4, 2]; A @ diag(v), diag(v) @ B, diag(v) @ diag(v)", "A*v, dimshuffle(v, (0, 'x'))*B, diag(square(v))"},
		{"A: float64[3, 4]; A @ (2*eye(4)), eye(3) @ A, A @ ones(4), zeros((2, 3)) @ A", "2.0*A, A, sum(A, axis=1), zeros((2, 4))"},
		{"u: float64[3]; v: float64[4]; w: float64[4]; sum(outer(u, v))", "sum(u)*sum(v)"},
		{"u: float64[3]; v: float64[4]; w: float64[4]; outer(u, v) @ w, outer(v, u).T", "v @ w*u, outer(u, v)"},
		{"u: float64[3]; v: float64[4]; u[:, None] @ v[None], u[None] @ u[:, None]", "outer(u, v), dimshuffle(u @ u, ('x', 'x'))"},
		{"A: float64[3, 4]; v: float64[4]; w: float64[4]; u: float64[3]; (A*v) @ w, (A*u[:, None]) @ w", "gemv(1.0, A, v*w), u*gemv(1.0, A, w)"},
		{"A: float64[3, 4]; B: float64[4, 5]; sum(A @ B)", "sum(A, axis=0) @ sum(B, axis=1)"},
		{"A: float64[3, 4]; B: float64[4, 5]; mean(A @ B, axis=0)", "gemv(1.0, B, mean(A, axis=0), trans_a=True)"},
		{"u: float64[3]; v: float64[3]; (-u) @ (3*v)", "-3.0*(u @ v)"},
	}.test(t, optimize.Options{})
}

// TestDistribute: a scalar is added to the product and not to the matrix where
// the matrix is known to be large and not needed otherwise.
func TestDistribute(t *testing.T) {
	cases{
		{"M: float64[100, 100]; a: float64; v: float64[100]; (M + a) @ v, v @ (a - M)", "t1 = a*sum(v); gemv(1.0, M, v) + t1, t1 - gemv(1.0, M, v, trans_a=True)"},
		{"M: float64[100, 100]; a: float64; v: float64[100]; y: float64[100]; y + (M + a) @ v", "gemv(1.0, M, v, 1.0, y) + a*sum(v)"},
		{"M: float64[m, n]; a: float64; v: float64[n]; (M + a) @ v", "gemv(1.0, M + a, v)"},
		{"M: float64[100, 100]; a: float64; v: float64[100]; t = M + a; t @ v + sum(t)", "t1 = M + a; gemv(1.0, t1, v) + sum(t1)"},
		{"M: float64[100, 100]; B: float64[100, 100]; a: float64; (M + a) @ B", "(M + a) @ B"},
	}.test(t, optimize.Options{})
}

// TestChains: products of several matrices are made in the cheapest order.
func TestChains(t *testing.T) {
	cases{
		{"A: float64[m, k]; B: float64[k, n]; v: float64[n]; w: float64[m]; A @ B @ v, w @ (A @ B)",
			"t1 = A @ B; gemv(1.0, t1, v), gemv(1.0, t1, w, trans_a=True)"},
		{"A: float64[m, k]; B: float64[k, n]; v: float64[n]; 2*(A @ B) @ v", "gemv(2.0, A, gemv(1.0, B, v))"},
		{"A: float64[m, k]; B: float64[k, n]; w: float64[m]; (A @ B).T @ w", "gemv(1.0, B, gemv(1.0, A, w, trans_a=True), trans_a=True)"},
		{"A: float64[100, 10]; B: float64[10, 100]; C: float64[100, 5]; A @ B @ C", "A @ (B @ C)"},
		{"A: float64[5, 100]; B: float64[100, 10]; C: float64[10, 100]; D: float64[100, 3]; A @ (B @ (C @ D))", "A @ (B @ (C @ D))"},
		{"A: float64[5, 100]; B: float64[100, 10]; C: float64[10, 100]; D: float64[100, 30]; A @ (B @ (C @ D))", "A @ B @ C @ D"},
		{"A: float64[3, 3]; v: float64[3]; w: float64[3]; B: float64[3, 3]; (A @ v) @ B, v @ (B @ w)", "gemv(1.0, B, gemv(1.0, A, v), trans_a=True), v @ gemv(1.0, B, w)"},
		{"A: float64[3, 3]; A @ A @ A @ A", "t1 = A @ A; t1 @ t1"},
	}.test(t, optimize.Options{})
}

// TestMatrices: inverses, determinants and traces, and matrices of known form.
func TestMatrices(t *testing.T) {
	cases{
		{"A: float64[3, 3]; b: float64[3]; inv(A).T @ b, b @ inv(A).T, 2*inv(A) @ b", "t1 = solve(A, b); solve(A.T, b), t1, 2.0*t1"},
		{"A: float64[3, 3]; B: float64[3, 3]; solve(A, A @ B), solve(inv(A), B), solve(A, eye(3))", "B, A @ B, inv(A)"},
		{"A: float64[50, 50]; inv(A) @ A", "eye(50)"},
		{"A: float64[3, 3]; b: float64[3]; inv(2*A), solve(-A, b)", "0.5*inv(A), -solve(A, b)"},
		{"A: float64[3, 3]; b: float64[3]; solve(tril(A), b), inv(triu(A)) @ b, solve(cholesky(A).T, b)",
			"solve_triangular(A, b, lower=True), solve_triangular(A, b), solve_triangular(cholesky(A).T, b)"},
		{"A: float64[3, 3]; b: float64[3]; L = cholesky(A); solve(L @ L.T, b)", "t1 = cholesky(A); solve_triangular(t1.T, solve_triangular(t1, b, lower=True))"},
		{"A: float64[3, 3]; b: float64[3]; solve(A, b), cholesky(A)", "t1 = cholesky(A); solve_triangular(t1.T, solve_triangular(t1, b, lower=True)), t1"},
		{"A: float64[3, 3]; b: float64[3]; solve(A + A.T, b), solve(tril(A) + A, b)", "solve(A + A.T, b), solve(tril(A) + A, b)"},
		{"v: float64[3]; B: float64[3, 2]; inv(diag(v)), solve(diag(v), B), det(diag(v))", "diag(reciprocal(v)), B/dimshuffle(v, (0, 'x')), prod(v)"},
		{"A: float64[3, 3]; det(tril(A)), logabsdet(cholesky(A))", "prod(diag(A)), sum(log(diag(cholesky(A))))"},
		{"A: float64[3, 3]; c: float64; det(inv(A)), logabsdet(inv(A)), det(2*A), logabsdet(-A)", "t1 = det(A); t2 = logabsdet(A); reciprocal(t1), -t2, 8.0*t1, t2"},
		{"A: float64[3, 3]; B: float64[3, 3]; det(A @ B), log(det(A)), log(det(B)**2)", "det(A)*det(B), logdet(A), 2.0*logabsdet(B)"},
		{"A: float64[3, 3]; B: float64[3, 3]; log(det(A @ B)), log(det(solve(A, B)))", "logdet(A @ B), logdet(solve(A, B))"},
		{"A: float64[3, 3]; B: float64[3, 3]; log(det(A)*det(B)), log(-det(A + B))", "log(det(A)*det(B)), log(-det(A + B))"},
		{"A: float64[3, 3]; log(2*det(A.T))", "0.6931471805599453 + logdet(A)"},
		{"A: float64[3, 3]; log(det(A @ A.T))", "2.0*logabsdet(A)"},
		{"A: float64[3, 3]; log(1/det(A))", "-logdet(A)"},
		{"A: float64[3, 3]; B: float64[3, 3]; a: float64; log(abs(a*det(A)/det(B)))", "log(abs(a)) + (logabsdet(A) - logabsdet(B))"},
		{"A: float64[3, 3]; a: float64; log(exp(a)*det(A))", "a + logdet(A)"},
		{"A: float64[3, 3]; a: float64; log(a*det(A))", "log(a*det(A))"},
		{"x: float64[n]; log(prod(exp(x))), log(prod(x))", "sum(x), log(prod(x))"},
		{"A: float64[3, 4]; B: float64[4, 3]; C: float64[3, 3]; trace(2*C), trace(C - A @ B), trace(C.T @ C)", "t1 = trace(C); 2.0*t1, t1 - sum(A*B.T), sum(square(C))"},
		{"u: float64[3]; trace(outer(u, u)), trace(diag(u)), trace(eye(1000))", "u @ u, sum(u), array(1000.0)"},
		{"A: float64[3, 4]; B: float64[4, 3]; v: float64[3]; diag(diag(v)), diag(A @ B), diag(2*outer(v, v))", "v, sum(A*B.T, axis=1), 2*square(v)"},
		{"A: float64[2, 2]; B: float64[3, 3]; trace(kron(A, B)), logabsdet(kron(A, B))", "trace(A)*trace(B), 3.0*logabsdet(A) + 2.0*logabsdet(B)"},
	}.test(t, optimize.Options{})
}

// TestBlasArrangements: scalings, transposes and sums in every order are one
// step.
func TestBlasArrangements(t *testing.T) {
	cases{
		{"A: float64[3, 4]; B: float64[4, 2]; C: float64[3, 2]; (C + A @ B)*2", "gemm(2.0, A, B, 2.0, C)"},
		{"A: float64[3, 4]; B: float64[4, 2]; C: float64[3, 2]; (2*A) @ (B*3) - C/2", "gemm(6.0, A, B, -0.5, C)"},
		{"A: float64[3, 4]; B: float64[4, 2]; C: float64[2, 3]; (A @ B + C.T).T", "gemm(1.0, B, A, 1.0, C, trans_a=True, trans_b=True)"},
		{"A: float64[3, 4]; B: float64[4, 2]; C: float64[3, 6]; D: float64[6, 2]; E: float64[3, 2]; A @ B + C @ D + E", "gemm(1.0, C, D, 1.0, gemm(1.0, A, B, 1.0, E))"},
		{"A: float64[3, 4]; x: float64[3]; y: float64[4]; A + outer(2*x, -y)", "ger(-2.0, x, y, A)"},
		{"A: float64[3, 4]; x: float64[3]; y: float64[4]; A + x[:, None] @ y[None]", "ger(1.0, x, y, A)"},
		{"M: float64[3, 4]; v: float64[4]; y: float64[3]; (M @ v + y)/2", "gemv(0.5, M, v, 0.5, y)"},
	}.test(t, optimize.Options{})
}

// TestNet: the gradient of a net of three layers has no transposed copies, and
// each of its eight products is one step.
func TestNet(t *testing.T) {
	g, err := expr.Parser{Funcs: autodiff.Funcs}.ParseGraph(`
		x: float32[128, 784]; y: int64[128]
		W: float32[784, 512]; V: float32[512, 512]; U: float32[512, 10]; b: float32[512]; c: float32[512]
		h = relu(relu(x @ W + b) @ V + c)
		l = -mean(log_softmax(h @ U)[arange(128), y])
		W - 0.1*grad(l, W), V - 0.1*grad(l, V), U - 0.1*grad(l, U)`)
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := optimize.Run(g, optimize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	products, transposes := 0, 0
	for n := range after.Nodes() {
		switch n.Op() {
		case expr.OpDot, expr.OpGemm:
			products++
		case expr.OpDimShuffle:
			transposes++
		}
	}
	if products != 8 || transposes != 0 {
		t.Errorf("%d products, %d transposes:\n%v", products, transposes, after)
	}
}
