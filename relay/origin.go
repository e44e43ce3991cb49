package relay

import "context"

// OriginOf is where the caller of ctx reached us; "" where that is not known.
func OriginOf(ctx context.Context) string {
	origin, _ := ctx.Value(originKey{}).(string)
	return origin
}

// At is ctx for what is asked there, as by a caller who reached us so.
func At(ctx context.Context, origin string) context.Context {
	return context.WithValue(ctx, originKey{}, origin)
}
