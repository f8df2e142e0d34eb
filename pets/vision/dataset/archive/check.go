package archive

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"gopets/pets/vision/dataset"
)

func check(a dataset.Archive, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if size := sizeOf(file); a.Size > 0 && size != a.Size {
		return fmt.Errorf("it has %d bytes, wanted %d", size, a.Size)
	}
	if a.MD5Head != "" {
		if sum, err := md5Of(io.LimitReader(f, 1<<20)); err != nil || sum != a.MD5Head {
			return errors.Join(fmt.Errorf("the MD5 of its first MiB is %s, wanted %s", sum,
				a.MD5Head), err)
		}
	}
	if a.MD5 != "" {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if sum, err := md5Of(f); err != nil || sum != a.MD5 {
			return errors.Join(fmt.Errorf("its MD5 is %s, wanted %s", sum, a.MD5), err)
		}
	}
	return nil
}

func md5Of(r io.Reader) (string, error) {
	h := md5.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}

func sizeOf(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}
