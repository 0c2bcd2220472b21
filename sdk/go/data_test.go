// Tests of rows.

package wasmswarm

import (
	"errors"
	"testing"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

func TestARowIsReadByItsColumns(t *testing.T) {
	row := Row{"items", []host.Pair{{Key: "id", Value: "7"}, {Key: "name", Value: "mug"}}}
	if number, err := row.Int("id"); number != 7 || err != nil {
		t.Errorf("%d, %v", number, err)
	}
	if row.Get("name") != "mug" || row.Get("colour") != "" || len(row.Map()) != 2 {
		t.Errorf("%v", row)
	}
	for column, want := range map[string]string{
		"name":   `data set items, column name: "mug" is not a whole number`,
		"colour": `data set items has no column "colour"`,
	} {
		if _, err := row.Int(column); err == nil || err.Error() != want {
			t.Error(err)
		}
	}
}

func TestAMissingRowSaysWhy(t *testing.T) {
	items := DataSet("items")
	_, err := items.row(nil, host.NotGranted)
	if !errors.Is(err, ErrNotGranted) || err.Error() != "data set items: it isn't granted; pass --data items=FILE" {
		t.Error(err)
	}
	if _, err := items.row(nil, host.Exhausted); !errors.Is(err, ErrExhausted) {
		t.Error(err)
	}
}
