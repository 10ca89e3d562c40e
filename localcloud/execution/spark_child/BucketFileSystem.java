package caudal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.EnumSet;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme;
import org.apache.hadoop.util.Progressable;

/**
 * The file system of `s3://` paths: folders as buckets, with the permissions of the running job.
 *
 * Each operation asks for the calls that S3A 3.4.2 makes for it (S3AFileSystem, MkdirOperation,
 * DeleteOperation, RenameOperation): a status is a HEAD of the key and, if there is no such object, a LIST
 * of `key/`. S3 answers 404 to a HEAD only if the caller may list the bucket.
 */
public class BucketFileSystem extends ViewFileSystemOverloadScheme {
    private static final String GET = "s3:GetObject";
    private static final String LIST = "s3:ListBucket";
    private static final String PUT = "s3:PutObject";
    private static final String DELETE = "s3:DeleteObject";

    private static volatile Permissions permissions;

    public BucketFileSystem() throws IOException {
        super();
    }

    /** Decide all calls on all buckets by these permissions (JSON, see `Permissions`) from now on. */
    public void authorise(String json) throws IOException {
        permissions = new Permissions(json);
    }

    /** Return the calls that were first made since the last time; see `Permissions.drain`. */
    public String drainCalls() {
        return permissions == null ? "" : permissions.drain();
    }

    private void require(Path path, String action, String key, String prefix) throws IOException {
        Permissions current = permissions;
        String bucket = bucket(path);
        if (current == null) {
            throw new AccessDeniedException(path.toString(), null, "no job runs");
        }
        current.require(path.toString(), action, bucket, key, prefix);
    }

    private String bucket(Path path) {
        return makeQualified(path).toUri().getAuthority();
    }

    private String key(Path path) {
        return makeQualified(path).toUri().getPath().substring(1);
    }

    private FileStatus statusOrNull(Path path) throws IOException {
        try {
            return super.getFileStatus(path);
        } catch (FileNotFoundException error) {
            return null;
        }
    }

    private static boolean isFile(FileStatus status) {
        return status != null && status.isFile();
    }

    private void head(Path path, FileStatus found) throws IOException {
        if (path.isRoot()) {
            return;
        }
        require(path, GET, key(path), null);
        if (!isFile(found)) {
            require(path, LIST, null, null);
        }
    }

    private void list(Path path) throws IOException {
        require(path, LIST, null, path.isRoot() ? "" : key(path) + "/");
    }

    private void headAndList(Path path, FileStatus found) throws IOException {
        head(path, found);
        if (!isFile(found) && !path.isRoot()) {
            list(path);
        }
    }

    private FileStatus decidedStatus(Path path) throws IOException {
        FileStatus found = statusOrNull(path);
        headAndList(path, found);
        return found;
    }

    public FileStatus getFileStatus(Path path) throws IOException {
        FileStatus found = decidedStatus(path);
        return found != null ? found : super.getFileStatus(path);
    }

    public boolean isFile(Path path) throws IOException {
        FileStatus found = statusOrNull(path);
        head(path, found);
        return isFile(found);
    }

    public boolean isDirectory(Path path) throws IOException {
        FileStatus found = statusOrNull(path);
        if (!path.isRoot()) {
            list(path);
        }
        return found != null && found.isDirectory();
    }

    public void access(Path path, FsAction mode) throws IOException {
        getFileStatus(path);
    }

    public FileChecksum getFileChecksum(Path path) throws IOException {
        head(path, statusOrNull(path));
        return super.getFileChecksum(path);
    }

    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        head(path, statusOrNull(path));
        return super.open(path, bufferSize);
    }

    public FileStatus[] listStatus(Path path) throws IOException {
        list(path);
        FileStatus[] found;
        try {
            found = super.listStatus(path);
        } catch (FileNotFoundException error) {
            headAndList(path, null);
            throw error;
        }
        if (found.length == 0 || makeQualified(path).equals(found[0].getPath())) {
            decidedStatus(path);
        }
        return found;
    }

    public RemoteIterator listLocatedStatus(Path path, PathFilter filter) throws IOException {
        list(path);
        FileStatus found = statusOrNull(path);
        if (found == null || found.isFile()) {
            headAndList(path, found);
        }
        return super.listLocatedStatus(path, filter);
    }

    private void decideCreation(Path path, boolean isOverwriting) throws IOException {
        if (isOverwriting) {
            list(path);
        } else {
            decidedStatus(path);
        }
        require(path, PUT, key(path), null);
    }

    public FSDataOutputStream create(Path path, FsPermission permission, boolean overwrite, int bufferSize,
            short replication, long blockSize, Progressable progress) throws IOException {
        decideCreation(path, overwrite);
        return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
    }

    public FSDataOutputStream createNonRecursive(Path path, FsPermission permission, EnumSet flags,
            int bufferSize, short replication, long blockSize, Progressable progress) throws IOException {
        decideCreation(path, flags.contains(CreateFlag.OVERWRITE));
        return super.createNonRecursive(
            path, permission, flags, bufferSize, replication, blockSize, progress);
    }

    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException("Append is not supported by S3A");
    }

    public boolean mkdirs(Path path) throws IOException {
        return mkdirs(path, null);
    }

    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        if (!path.isRoot() && !probe(path)) {
            probeAncestors(path);
            require(path, PUT, key(path) + "/", null);
        }
        return super.mkdirs(path, permission);
    }

    /** Ask as S3A does when it expects a folder, and return whether something is there. */
    private boolean probe(Path path) throws IOException {
        FileStatus found = statusOrNull(path);
        list(path);
        if (found == null || found.isFile()) {
            head(path, found);
        }
        return found != null;
    }

    private void probeAncestors(Path path) throws IOException {
        try {
            Path parent = path.getParent();
            while (parent != null && !parent.isRoot() && !probe(parent)) {
                parent = parent.getParent();
            }
        } catch (AccessDeniedException error) {
            return; // S3A ends its search for a file among the parents.
        }
    }

    public boolean delete(Path path) throws IOException {
        return delete(path, true);
    }

    public boolean delete(Path path, boolean recursive) throws IOException {
        FileStatus found = decidedStatus(path);
        if (found == null) {
            return false;
        }
        if (found.isFile()) {
            require(path, DELETE, key(path), null);
        } else {
            deleteTree(path, path);
        }
        boolean isDeleted = super.delete(path, recursive);
        if (isDeleted) {
            try {
                markParent(path);
            } catch (AccessDeniedException error) {
                return true; // S3A logs that it cannot create the marker.
            }
        }
        return isDeleted;
    }

    private void deleteTree(Path top, Path folder) throws IOException {
        if (folder == top) {
            list(top); // one LIST of all keys below it
        }
        FileStatus[] children = super.listStatus(folder);
        if (children.length == 0) {
            require(folder, DELETE, key(folder) + "/", null);
        }
        for (int i = 0; i < children.length; i++) {
            if (children[i].isFile()) {
                require(children[i].getPath(), DELETE, key(children[i].getPath()), null);
            } else {
                deleteTree(top, children[i].getPath());
            }
        }
    }

    /** S3A keeps a folder that a deletion has emptied, by an object `folder/`. */
    private void markParent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null || parent.isRoot()) {
            return;
        }
        list(parent);
        FileStatus found = statusOrNull(parent);
        if (found == null || found.isDirectory() && super.listStatus(parent).length == 0) {
            require(parent, PUT, key(parent) + "/", null);
        }
    }

    public boolean rename(Path source, Path target) throws IOException {
        FileStatus from = decidedStatus(source);
        FileStatus to = decidedStatus(target);
        Path parent = target.getParent();
        if (to == null && !parent.isRoot() && !parent.equals(source.getParent())) {
            head(parent, statusOrNull(parent));
        }
        boolean isInto = to != null && to.isDirectory() && isFile(from);
        if (isFile(from)) {
            move(source, isInto ? new Path(target, source.getName()) : target);
        } else if (from != null) {
            list(source); // one LIST of all keys below it
            moveTree(source, target);
        }
        boolean isRenamed = super.rename(source, target);
        Path reached = isInto ? target : parent;
        if (isRenamed && !reached.equals(source.getParent())) {
            markParent(source);
        }
        return isRenamed;
    }

    private void moveTree(Path source, Path target) throws IOException {
        FileStatus[] children = super.listStatus(source);
        for (int i = 0; i < children.length; i++) {
            Path child = children[i].getPath();
            Path moved = new Path(target, child.getName());
            if (children[i].isFile()) {
                move(child, moved);
            } else {
                moveTree(child, moved);
            }
        }
    }

    /** Ask for the copy of an object and the deletion of its source. */
    private void move(Path source, Path target) throws IOException {
        require(source, GET, key(source), null);
        require(target, PUT, key(target), null);
        require(source, DELETE, key(source), null);
    }
}
