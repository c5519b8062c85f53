using System.Text;

namespace BiGS.Cli.Output;

/// <summary>
/// Lines as other programs count them: parted by line feeds, and by nothing else. (TextReader.ReadLine also parts at a lone carriage
/// return, and then results no longer stand beside their texts.)
/// </summary>
internal static class LineReader
{
    public static IEnumerable<string> Lines(TextReader reader)
    {
        char[] buffer = new char[1 << 15];
        var open = new StringBuilder();
        int read;
        while ((read = reader.Read(buffer, 0, buffer.Length)) > 0)
        {
            int start = 0;
            int end;
            while ((end = Array.IndexOf(buffer, '\n', start, read - start)) >= 0)
            {
                open.Append(buffer, start, end - start);
                yield return Taken(open);
                start = end + 1;
            }

            open.Append(buffer, start, read - start);
        }

        if (open.Length > 0)
        {
            yield return Taken(open);
        }
    }

    private static string Taken(StringBuilder open)
    {
        bool windows = open.Length > 0 && open[^1] == '\r';
        string line = open.ToString(0, open.Length - (windows ? 1 : 0));
        open.Clear();
        return line;
    }
}
