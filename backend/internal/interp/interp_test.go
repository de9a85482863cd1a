package interp_test

import (
	"testing"

	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
	"arignote/backend/internal/kernel/kerneltest"
)

func engine(k *kernel.Kernel) (func(*kernel.Args, kernel.Range) error, error) {
	p, err := interp.Compile(k)
	if err != nil {
		return nil, err
	}
	return p.Run, nil
}

func TestCases(t *testing.T) { kerneltest.Run(t, engine) }
