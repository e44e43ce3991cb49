// Package bound binds the schema of plantest.
package bound
