package relay

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// exportImage answers with an image. One of two files comes as a zip of them, or
// with part as one of them: metadata or rootfs.
func (s *Streams) exportImage(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	fingerprint, err := ask.part(r, "fingerprint")
	if err != nil {
		return err
	}
	summed, err := ask.flag("checksum", true)
	if err != nil {
		return err
	}
	wanted := ask.Get("part")
	if wanted != "" && wanted != "metadata" && wanted != "rootfs" {
		return &lxd.InputError{Argument: "part", Message: "part is metadata or rootfs"}
	}
	response, err := s.LXD.ReadImage(r.Context(), scope(r), ask.project(), fingerprint, r.Header)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	kind, parts, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	split := kind == "multipart/form-data"
	if !split && wanted != "" {
		return &lxd.InputError{Argument: "part", Message: "this image is one file: leave part out"}
	}
	pass := func(ctx context.Context, to *caller, meter *meter) error {
		if split {
			return s.exportSplit(ctx, to, fingerprint, wanted, multipart.NewReader(response.Body, parts["boundary"]), meter)
		}
		w.Header().Set("Content-Disposition", `attachment; filename="`+plain(fileName(response, fingerprint))+`"`)
		return passOn(ctx, to, response, backupHeaders, meter)
	}
	if !whole(r, response) {
		return pass(r.Context(), s.callerOf(w, r), newMeter(false, nil))
	}
	return s.Work.Transfer(r.Context(), "Exporting image", cmp.Or(ask.project(), "default"), nil, func(ctx context.Context, t *work.Transfer) error {
		to := s.callerOf(w, r)
		defer to.endWith(ctx)()
		t.Stage("download", response.ContentLength)
		w.Header().Set("X-Operation-ID", t.Operation().ID())
		meter := newMeter(summed, t.Passed)
		err := pass(ctx, to, meter)
		t.Sum(meter.bytes(), meter.sha256())
		return err
	})
}

// fileName is what LXD calls a file.
func fileName(response *http.Response, otherwise string) string {
	_, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Disposition"))
	if err != nil || parameters["filename"] == "" {
		return otherwise
	}
	return parameters["filename"]
}

// exportSplit answers with the files of an image: with one, or all as zip, not
// compressed once more.
func (s *Streams) exportSplit(ctx context.Context, to *caller, fingerprint, wanted string, parts *multipart.Reader, meter *meter) error {
	w, summed := to.w, meter.sum != nil
	kind, file := "application/zip", fingerprint+".zip"
	if wanted != "" {
		kind, file = "application/octet-stream", fingerprint+"."+wanted
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain(file)+`"`)
	if summed {
		w.Header().Set("Trailer", digestTrailer)
	}
	reader, writer := io.Pipe()
	archive := zip.NewWriter(writer)
	ended := make(chan struct{})
	go func() { // ends with the parts, or when nobody reads on
		defer close(ended)
		writer.CloseWithError(eachPart(parts, wanted, archive, writer))
	}()
	err := to.send(ctx, reader, meter)
	reader.Close()
	<-ended
	if err == nil && summed {
		w.Header().Set(digestTrailer, meter.digest())
	}
	return err
}

// eachPart copies the parts into the archive, or the one that is wanted as it is.
func eachPart(parts *multipart.Reader, wanted string, archive *zip.Writer, plain io.Writer) error {
	for {
		part, err := parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF) && wanted == "":
			return archive.Close()
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case wanted != "" && !strings.HasPrefix(part.FormName(), wanted):
			continue
		}
		into := plain
		if wanted == "" {
			if into, err = archive.CreateHeader(&zip.FileHeader{Name: part.FileName(), Method: zip.Store}); err != nil {
				return err
			}
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{into}, part, make([]byte, chunk)); err != nil {
			return err
		}
	}
}

// importImage makes an image from the body: of one file as it is, of two as
// multipart/form-data with the parts metadata and rootfs, in this order.
func (s *Streams) importImage(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	public, err := ask.flag("public", false)
	if err != nil {
		return err
	}
	input := &lxd.ImportImage{Project: ask.project(), Public: public, Filename: ask.Get("filename"), ContentType: "application/octet-stream", Size: r.ContentLength}
	if kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		input.ContentType = mime.FormatMediaType(kind, parameters)
	}
	coming, err := s.imageArrival(r.Context(), input, func(body io.Reader) io.Reader { return body })
	if err != nil {
		return err
	}
	return receive(s, w, r, coming, created, func(made *lxd.Image) map[string]any {
		return map[string]any{"image": map[string]any{"id": made.ID(), "fingerprint": made.Fingerprint, "project": made.Project}}
	})
}

// imageArrival is an image that comes as one file or as two; framed makes of the
// bytes what LXD wants.
func (s *Streams) imageArrival(ctx context.Context, input *lxd.ImportImage, framed func(io.Reader) io.Reader) (*arrival[*lxd.Image], error) {
	as := auth.Administrator{Identity: auth.From(ctx)}
	if err := input.Check(ctx, s.LXD, as); err != nil {
		return nil, err
	}
	return &arrival[*lxd.Image]{"Importing image", input.Project, nil, func(ctx context.Context, t *work.Transfer, archive *received) (*lxd.Image, error) {
		sending, sent := archive.patient(ctx)
		defer sent()
		importing, err := s.LXD.SendImage(sending, as, input, framed(archive.raw()))
		archive.done(t)
		if err != nil {
			return nil, err
		}
		fingerprint, err := t.Result(context.WithoutCancel(ctx), "import", importing, "fingerprint")
		if err != nil {
			return nil, err
		}
		return s.LXD.Image(context.WithoutCancel(ctx), as, input.Project, fingerprint)
	}}, nil
}
