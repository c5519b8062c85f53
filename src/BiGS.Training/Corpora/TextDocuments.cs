using System.Text;
using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>Plain text: documents are parted by one or more blank lines, and keep the newlines inside them.</summary>
internal static class TextDocuments
{
    public static IEnumerable<string> Read(string path, Encoding? encoding = null, int longest = TextLines.Longest)
    {
        using TextLines lines = new(path, encoding);
        StringBuilder document = new();
        while (lines.Advance())
        {
            string line = lines.Text();
            if (!string.IsNullOrWhiteSpace(line))
            {
                if (document.Length + line.Length > longest)
                {
                    throw new InvalidDataException(
                        $"'{path}', line {lines.LineNumber}: the document grew beyond {longest} characters; part them by blank lines");
                }
                document.Append(document.Length > 0 ? "\n" : "").Append(line);
            }
            else if (document.Length > 0)
            {
                yield return document.ToString();
                document.Clear();
            }
        }
        if (document.Length > 0)
        {
            yield return document.ToString();
        }
    }
}
