using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace BiGS.Search;

/// <summary>A file as it goes into an index.</summary>
/// <param name="Path">As it leads there from the folder that is indexed.</param>
/// <param name="Sha256">Of its bytes: a file has changed if they have.</param>
/// <param name="Bytes">How many they are.</param>
/// <param name="Modified">When it was last written.</param>
internal sealed record IndexedFile(string Path, string Sha256, long Bytes, DateTime Modified);

/// <summary>Changes an index, a whole document in each transaction: whenever the process ends, every document is there whole or not at all.</summary>
internal sealed class IndexWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _addDocument;
    private readonly SqliteCommand _addPassage;
    private readonly SqliteCommand _addWords;
    private readonly SqliteCommand _addVectors;

    /// <param name="path">Of the index; made where there is none.</param>
    /// <param name="settings">How documents will be added.</param>
    /// <param name="overwrite">Whether documents that are there were made otherwise, and go.</param>
    /// <exception cref="ArgumentException">The index that is there was made otherwise.</exception>
    /// <exception cref="InvalidDataException">The file is no index.</exception>
    public IndexWriter(string path, IndexSettings settings, bool overwrite = false)
    {
        _connection = IndexDatabase.OpenToWrite(path, overwrite);
        try
        {
            using (SqliteTransaction transaction = _connection.BeginTransaction())
            {
                if (overwrite || _connection.Number("PRAGMA application_id") == 0)
                {
                    IndexDatabase.Create(_connection, settings.Stemming);
                    settings.Write(_connection);
                }
                else if (settings.DifferenceFrom(IndexSettings.Read(_connection)) is { } difference)
                {
                    throw new ArgumentException(
                        $"{path}: the index that is there is {difference}; embed everything anew with IndexOptions.Overwrite, or put this one elsewhere with IndexOptions.IndexPath.");
                }

                transaction.Commit();
            }

            _addDocument = _connection.Command(
                """
                INSERT INTO documents (path, sha256, bytes, modified, first_passage, passages)
                VALUES ($path, $sha256, $bytes, $modified, (SELECT coalesce(max(id), 0) + 1 FROM passages), $passages)
                RETURNING id, first_passage
                """);
            _addPassage = _connection.Command("INSERT INTO passages VALUES ($id, $document, $line, $page, $first, $end, $title, $text)");
            _addWords = _connection.Command("INSERT INTO passages_words (rowid, title, text) VALUES ($id, $title, $text)");
            _addVectors = _connection.Command("INSERT INTO vectors VALUES ($document, $numbers)");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Documents and passages that are there.</summary>
    public (int Documents, int Passages) Count =>
        ((int)_connection.Number("SELECT documents FROM settings"), (int)_connection.Number("SELECT passages FROM settings"));

    /// <summary>The hash of every document, by its path.</summary>
    public Dictionary<string, string> Hashes()
    {
        var hashes = new Dictionary<string, string>();
        using SqliteCommand command = _connection.Command("SELECT path, sha256 FROM documents");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            hashes[row.GetString(0)] = row.GetString(1);
        }

        return hashes;
    }

    /// <summary>The vectors of a document's passages, by their texts; none where it is not there.</summary>
    public Dictionary<string, Half[]> VectorsOf(string path)
    {
        var vectors = new Dictionary<string, Half[]>();
        using SqliteCommand command = _connection.Command(
            """
            SELECT v.numbers, d.passages, p.text FROM documents d JOIN vectors v ON v.document = d.id
            JOIN passages p ON p.id >= d.first_passage AND p.id < d.first_passage + d.passages WHERE d.path = $path ORDER BY p.id
            """, ("$path", path));
        using SqliteDataReader row = command.ExecuteReader();
        byte[]? numbers = null;
        for (int i = 0; row.Read(); i++)
        {
            numbers ??= row.GetFieldValue<byte[]>(0);
            int bytes = numbers.Length / row.GetInt32(1);
            vectors[row.GetString(2)] = MemoryMarshal.Cast<byte, Half>(numbers.AsSpan(i * bytes, bytes)).ToArray();
        }

        return vectors;
    }

    /// <summary>Adds a document, in the place of the one that has its path.</summary>
    /// <param name="file">Which file it is.</param>
    /// <param name="passages">In their order.</param>
    /// <param name="vectors">One for each.</param>
    public void Replace(IndexedFile file, IReadOnlyList<IndexedPassage> passages, IReadOnlyList<Half[]> vectors)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        Delete(file.Path);
        (long document, long first) = AddDocument(file, passages.Count, transaction);
        foreach ((int i, IndexedPassage passage) in passages.Index())
        {
            object title = (object?)passage.Title ?? DBNull.Value;
            Run(_addPassage, transaction, ("$id", first + i), ("$document", document), ("$line", passage.Line), ("$page", (object?)passage.Page ?? DBNull.Value),
                ("$first", passage.Start), ("$end", passage.End), ("$title", title), ("$text", passage.Text));
            Run(_addWords, transaction, ("$id", first + i), ("$title", title), ("$text", passage.Text));
        }

        byte[] numbers = new byte[vectors.Sum(vector => vector.Length) * Marshal.SizeOf<Half>()];
        int at = 0;
        foreach (Half[] vector in vectors)
        {
            MemoryMarshal.AsBytes(vector.AsSpan()).CopyTo(numbers.AsSpan(at));
            at += vector.Length * Marshal.SizeOf<Half>();
        }

        Run(_addVectors, transaction, ("$document", document), ("$numbers", numbers));
        AddToCount(documents: 1, passages.Count);
        transaction.Commit();
    }

    /// <summary>Removes documents.</summary>
    public void Remove(IReadOnlyCollection<string> paths)
    {
        if (paths.Count > 0)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            foreach (string path in paths)
            {
                Delete(path);
            }

            transaction.Commit();
        }
    }

    /// <summary>Brings the words of all passages into one sorted run, so that questions are answered faster.</summary>
    public void Optimize() => _connection.Execute("INSERT INTO passages_words (passages_words) VALUES ('optimize')");

    public void Dispose()
    {
        foreach (SqliteCommand command in (SqliteCommand[])[_addDocument, _addPassage, _addWords, _addVectors])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        Set(command, transaction, parameters);
        command.ExecuteNonQuery();
    }

    private static void Set(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        command.Transaction = transaction;
        command.Parameters.Clear();
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }
    }

    private (long Id, long FirstPassage) AddDocument(IndexedFile file, int passages, SqliteTransaction transaction)
    {
        Set(_addDocument, transaction, ("$path", file.Path), ("$sha256", file.Sha256), ("$bytes", file.Bytes), ("$modified", file.Modified.ToString("O")), ("$passages", passages));
        using SqliteDataReader row = _addDocument.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private void Delete(string path)
    {
        int passages;
        using (SqliteCommand command = _connection.Command("SELECT id, first_passage, passages FROM documents WHERE path = $path", ("$path", path)))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            if (!row.Read())
            {
                return;
            }

            passages = row.GetInt32(2);
            (string, object?)[] document = [("$id", row.GetInt64(0)), ("$first", row.GetInt64(1)), ("$end", row.GetInt64(1) + passages)];
            row.Close();
            _connection.Execute(
                """
                INSERT INTO passages_words (passages_words, rowid, title, text) SELECT 'delete', id, title, text FROM passages WHERE id >= $first AND id < $end;
                DELETE FROM passages WHERE id >= $first AND id < $end;
                DELETE FROM vectors WHERE document = $id;
                DELETE FROM documents WHERE id = $id;
                """, document);
        }

        AddToCount(documents: -1, -passages);
    }

    private void AddToCount(int documents, int passages) => _connection.Execute(
        "UPDATE settings SET documents = documents + $documents, passages = passages + $passages, generation = generation + 1",
        ("$documents", documents), ("$passages", passages));
}
