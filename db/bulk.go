package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

type bulkRow struct {
	bun.BaseModel `bun:"table:bulks"`

	UUID        string    `bun:",pk"`
	Project     string    `bun:",notnull"`
	Description string    `bun:",notnull"`
	Action      string    `bun:",notnull"`
	CreatedAt   time.Time `bun:",notnull"`
	EndedAt     time.Time `bun:",nullzero"`
	StatusCode  int       `bun:",notnull"`
	Error       string    `bun:",notnull"`
	Beats       int64     `bun:",notnull"`

	Items []*bulkItemRow `bun:"rel:has-many,join:uuid=bulk"`
}

type bulkItemRow struct {
	bun.BaseModel `bun:"table:bulk_items,alias:bi"`

	Bulk     string `bun:",pk"`
	Position int    `bun:",pk"`
	Project  string `bun:",notnull"`
	Name     string `bun:",notnull"`
	Outcome  string `bun:",notnull"`
	Code     string `bun:",notnull"`
	Message  string `bun:",notnull"`
}

// createBulks are the tables as they were at their step.
func createBulks(ctx context.Context, db *bun.DB) error {
	type bulk struct {
		bun.BaseModel `bun:"table:bulks"`

		UUID        string    `bun:",pk"`
		Project     string    `bun:",notnull"`
		Description string    `bun:",notnull"`
		Action      string    `bun:",notnull"`
		CreatedAt   time.Time `bun:",notnull"`
		EndedAt     time.Time `bun:",nullzero"`
		StatusCode  int       `bun:",notnull"`
		Error       string    `bun:",notnull"`
	}
	type item struct {
		bun.BaseModel `bun:"table:bulk_items"`

		Bulk     string `bun:",pk"`
		Position int    `bun:",pk"`
		Project  string `bun:",notnull"`
		Name     string `bun:",notnull"`
		Outcome  string `bun:",notnull"`
		Code     string `bun:",notnull"`
		Message  string `bun:",notnull"`
	}
	if _, err := db.NewCreateTable().Model((*bulk)(nil)).Exec(ctx); err != nil {
		return err
	}
	_, err := db.NewCreateTable().Model((*item)(nil)).
		ForeignKey(`("bulk") REFERENCES "bulks" ("uuid") ON DELETE CASCADE`).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = db.NewCreateIndex().Model((*bulk)(nil)).Index("bulks_ended_at").Column("ended_at").Exec(ctx)
	return err
}

// AddBulk keeps a new bulk with all of its items, or nothing.
func (db *DB) AddBulk(ctx context.Context, bulk *work.Bulk) error {
	row := &bulkRow{UUID: bulk.UUID, Project: bulk.Project, Description: bulk.Description, Action: string(bulk.Action), CreatedAt: bulk.CreatedAt}
	items := make([]*bulkItemRow, len(bulk.Items))
	for n, item := range bulk.Items {
		items[n] = &bulkItemRow{Bulk: bulk.UUID, Position: n, Project: item.Project, Name: item.Name, Outcome: string(item.Outcome), Code: item.ErrorCode, Message: item.Reason}
	}
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
			return err
		}
		for len(items) > 0 { // SQLite bounds the parameters of a statement
			some := items[:min(1000, len(items))]
			if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
				return err
			}
			items = items[len(some):]
		}
		return nil
	})
}

// SetBulkItem keeps how far one item is.
func (db *DB) SetBulkItem(ctx context.Context, uuid string, position int, item *lxd.BulkItem) error {
	_, err := db.bun.NewUpdate().Model(&bulkItemRow{Bulk: uuid, Position: position, Outcome: string(item.Outcome), Code: item.ErrorCode, Message: item.Reason}).
		Column("outcome", "code", "message").WherePK().Exec(ctx)
	return err
}

// EndBulk keeps the end of a bulk.
func (db *DB) EndBulk(ctx context.Context, bulk *work.Bulk) error {
	_, err := db.bun.NewUpdate().Model(&bulkRow{UUID: bulk.UUID, EndedAt: bulk.Ended.UpdatedAt.Time, StatusCode: bulk.Ended.StatusCode, Error: bulk.Ended.Err}).
		Column("ended_at", "status_code", "error").WherePK().Exec(ctx)
	return err
}

// Bulk reads a bulk with its items; nil when there is none.
func (db *DB) Bulk(ctx context.Context, uuid string) (*work.Bulk, error) {
	row := &bulkRow{UUID: uuid}
	err := db.bun.NewSelect().Model(row).WherePK().Relation("Items", inOrder).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row.bulk(), nil
}

// addBeats is the column by which others see that somebody works on a bulk.
func addBeats(ctx context.Context, db *bun.DB) error {
	_, err := db.NewAddColumn().Table("bulks").ColumnExpr("beats BIGINT NOT NULL DEFAULT 0").Exec(ctx)
	return err
}

// BeatBulk says that somebody works on a bulk; false when it has its end.
func (db *DB) BeatBulk(ctx context.Context, uuid string) (bool, error) {
	result, err := db.bun.NewUpdate().Model((*bulkRow)(nil)).Set("beats = beats + 1").Where("uuid = ?", uuid).Where("ended_at IS NULL").Exec(ctx)
	return changedOne(result, err)
}

// OpenBulks are those without an end, each with how often it has beaten.
func (db *DB) OpenBulks(ctx context.Context) (map[string]int64, error) {
	var rows []*bulkRow
	if err := db.bun.NewSelect().Model(&rows).Column("uuid", "beats").Where("ended_at IS NULL").Scan(ctx); err != nil {
		return nil, err
	}
	beats := make(map[string]int64, len(rows))
	for _, row := range rows {
		beats[row.UUID] = row.Beats
	}
	return beats, nil
}

// TakeBulk takes over a bulk that has beaten no more than so often; nil when it
// has, or another took it.
func (db *DB) TakeBulk(ctx context.Context, uuid string, beats int64) (*work.Bulk, error) {
	result, err := db.bun.NewUpdate().Model((*bulkRow)(nil)).Set("beats = beats + 1").
		Where("uuid = ?", uuid).Where("beats = ?", beats).Where("ended_at IS NULL").Exec(ctx)
	if taken, err := changedOne(result, err); err != nil || !taken {
		return nil, err
	}
	return db.Bulk(ctx, uuid)
}

// PruneBulks forgets the bulks that ended before the given time.
func (db *DB) PruneBulks(ctx context.Context, before time.Time) error {
	_, err := db.bun.NewDelete().Model((*bulkRow)(nil)).Where("ended_at < ?", before).Exec(ctx)
	return err
}

func inOrder(query *bun.SelectQuery) *bun.SelectQuery { return query.Order("position") }

func (r *bulkRow) bulk() *work.Bulk {
	bulk := &work.Bulk{UUID: r.UUID, Project: r.Project, Description: r.Description, CreatedAt: r.CreatedAt.UTC(), Action: lxd.InstanceAction(r.Action)}
	for _, item := range r.Items {
		bulk.Items = append(bulk.Items, &lxd.BulkItem{Name: item.Name, Project: item.Project, Outcome: lxd.BulkOutcome(item.Outcome), ErrorCode: item.Code, Reason: item.Message})
	}
	if !r.EndedAt.IsZero() {
		bulk.Ended = &lxd.Operation{StatusCode: r.StatusCode, Err: r.Error, UpdatedAt: lxd.Time{Time: r.EndedAt.UTC()}}
	}
	return bulk
}
