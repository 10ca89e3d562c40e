package caudal;

import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The local file system without file permissions, and with listings in the order of names. S3 has no
 * permissions, and lists keys in order: Spark's streams read files of the same time as they are listed.
 * Names are in the order of UTF-16 code units here and of UTF-8 bytes in S3, which differ only for names with
 * characters beyond the BMP (U+FFFF).
 *
 * Without its native library, Hadoop forks `chmod` and `ls -ld` several times for each file that it
 * writes or lists; each fork takes about 5 ms. The worker compiles this class inside its JVM with
 * Janino, which Spark includes.
 */
public class PlainLocalFileSystem extends RawLocalFileSystem {
    private static FileStatus plain(FileStatus status) {
        return new FileStatus(status.getLen(), status.isDirectory(), 1, status.getBlockSize(),
            status.getModificationTime(), status.getPath());
    }

    public void setPermission(Path path, FsPermission permission) throws IOException {
    }

    public FileStatus getFileStatus(Path path) throws IOException {
        return plain(super.getFileStatus(path));
    }

    public FileStatus[] listStatus(Path path) throws IOException {
        FileStatus[] found = super.listStatus(path);
        for (int i = 0; i < found.length; i++) {
            found[i] = plain(found[i]);
        }
        Arrays.sort(found);
        return found;
    }
}
