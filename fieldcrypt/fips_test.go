package fieldcrypt

import (
	"os"
	"os/exec"
	"testing"
)

// Go's strictest mode refuses every algorithm and every form of nonce that FIPS 140-3 does not approve.
func TestSealsAndOpensWhereOnlyFIPSIsAllowed(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^(TestSealAppendsAndOpenAppends|TestAnEnvelopeOpensOnlyWhereItWasSealedFor|TestEqualValuesOfADomainAreEqual)$", "-test.v")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=only")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
