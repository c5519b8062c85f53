using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BiGS.Search;

/// <summary>
/// The SQLite file of an index. A document is a file that was indexed; its passages have consecutive numbers, beginning with <c>first_passage</c>, and its
/// vectors stand in one blob in the order of its passages, as half-precision numbers. Readers see the state of one moment, beside one writer (WAL).
/// </summary>
internal static class IndexDatabase
{
    private const int ApplicationId = 0x42694753; // "BiGS"
    private const int Version = 1;
    private const int MappedBytes = 1 << 30;

    /// <summary>For another process that is writing; a document is written in less.</summary>
    private const int SecondsToWait = 60;

    /// <summary>Beside a database that is open, or was when its process was ended.</summary>
    private static readonly string[] Companions = ["-wal", "-shm"];

    /// <summary>Opens an index to read it.</summary>
    /// <param name="path">Of its file.</param>
    /// <param name="pooling">Whether the connection is kept for the next one that opens it.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">The file is no index, or one of another version.</exception>
    public static SqliteConnection OpenToRead(string path, bool pooling = false)
    {
        if (!File.Exists(path))
        {
            throw NoneThere(path);
        }

        SqliteConnection connection = Open(path, SqliteOpenMode.ReadOnly, pooling);
        Reading(path, connection, () =>
        {
            if (IsEmpty(connection))
            {
                throw NoneThere(path); // the process that began it was ended before it wrote anything
            }

            connection.Execute($"PRAGMA mmap_size = {MappedBytes}");
            Check(path, connection);
        });
        return connection;
    }

    /// <summary>Opens an index to change it; makes the file where there is none.</summary>
    /// <param name="path">Of its file.</param>
    /// <param name="overwrite">Whether a damaged one, or one of another version, is removed; a file that is no index is not.</param>
    /// <exception cref="InvalidDataException">The file is no index, or one of another version.</exception>
    public static SqliteConnection OpenToWrite(string path, bool overwrite)
    {
        try
        {
            return OpenToWrite(path);
        }
        catch (InvalidDataException) when (overwrite && IsCalledIndex(path))
        {
            Delete(path);
            return OpenToWrite(path);
        }
    }

    /// <summary>Makes the tables of an index; those that were there are emptied. Within a transaction.</summary>
    public static void Create(SqliteConnection connection, bool stemming)
    {
        string tokenizer = $"{(stemming ? "porter " : "")}unicode61 remove_diacritics 2";
        connection.Execute(
            $"""
            DROP TABLE IF EXISTS passages_words;
            DROP TABLE IF EXISTS settings;
            DROP TABLE IF EXISTS documents;
            DROP TABLE IF EXISTS passages;
            DROP TABLE IF EXISTS vectors;
            CREATE TABLE settings (
                id INTEGER PRIMARY KEY CHECK (id = 1), model TEXT, fingerprint TEXT NOT NULL, dimensions INTEGER NOT NULL, passage_tokens INTEGER NOT NULL,
                overlap INTEGER NOT NULL, text_field TEXT, prompt TEXT, stemming INTEGER NOT NULL,
                documents INTEGER NOT NULL, passages INTEGER NOT NULL, made INTEGER NOT NULL, generation INTEGER NOT NULL);
            CREATE TABLE documents (
                id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, modified TEXT NOT NULL,
                first_passage INTEGER NOT NULL, passages INTEGER NOT NULL);
            CREATE TABLE passages (
                id INTEGER PRIMARY KEY, document INTEGER NOT NULL, line INTEGER NOT NULL, page INTEGER,
                first_character INTEGER NOT NULL, end_character INTEGER NOT NULL, title TEXT, text TEXT NOT NULL);
            CREATE TABLE vectors (document INTEGER PRIMARY KEY, numbers BLOB NOT NULL);
            CREATE VIRTUAL TABLE passages_words USING fts5 (title, text, content = 'passages', content_rowid = 'id', tokenize = '{tokenizer}');
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {Version};
            """);
    }

    /// <summary>Removes an index.</summary>
    public static void Delete(string path)
    {
        foreach (string file in Companions.Select(end => path + end).Append(path))
        {
            File.Delete(file);
        }
    }

    private static SqliteConnection OpenToWrite(string path)
    {
        SqliteConnection connection = Open(path, SqliteOpenMode.ReadWriteCreate, pooling: false);
        Reading(path, connection, () =>
        {
            if (!IsEmpty(connection))
            {
                Check(path, connection);
            }

            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = NORMAL"); // the end of a process loses nothing; that of the machine at most the last documents
        });
        return connection;
    }

    /// <summary>A connection that is not open.</summary>
    public static SqliteConnection Connection(string path, SqliteOpenMode mode, bool pooling) =>
        new(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = pooling, DefaultTimeout = SecondsToWait }.ToString());

    private static SqliteConnection Open(string path, SqliteOpenMode mode, bool pooling)
    {
        SqliteConnection connection = Connection(path, mode, pooling);
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw new IOException($"{path}: the index cannot be opened: {failure.Message}", failure);
        }
    }

    /// <summary>Whether a file is an index by its name, or by the mark in its header.</summary>
    private static bool IsCalledIndex(string path)
    {
        const int markAt = 68; // of the format of SQLite's files
        byte[] header = new byte[markAt + sizeof(int)];
        using FileStream file = File.OpenRead(path);
        return Path.GetFileName(path) == SearchIndex.FileName
            || (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(markAt)) == ApplicationId);
    }

    private static void Reading(string path, SqliteConnection connection, Action read)
    {
        try
        {
            read();
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            connection.Dispose();
            throw NoIndex(path, failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Check(string path, SqliteConnection connection)
    {
        if (connection.Number("PRAGMA application_id") != ApplicationId)
        {
            throw NoIndex(path);
        }

        if (connection.Number("PRAGMA user_version") is not Version and var version)
        {
            throw new InvalidDataException($"{path}: an index of version {version} where {Version} is expected; index the documents again, with IndexOptions.Overwrite.");
        }
    }

    private static bool IsEmpty(SqliteConnection connection) =>
        connection.Number("PRAGMA application_id") == 0 && connection.Number("SELECT count(*) FROM sqlite_schema") == 0;

    private static FileNotFoundException NoneThere(string path) => new($"{path}: there is no index here; make one with SearchIndex.UpdateAsync");

    private static InvalidDataException NoIndex(string path, Exception? cause = null) =>
        new($"{path}: not an index of passages, or damaged; index the documents again, with IndexOptions.Overwrite, or name another file.", cause);
}
