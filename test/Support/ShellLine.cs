using System.Text;

namespace BiGS.Support;

/// <summary>As much of a shell's grammar as the documents use: words, quotes, comments, continued lines, pipes, lists and redirections.</summary>
internal static class ShellLine
{
    private static readonly string[] Launchers = ["mpirun", "srun", "torchrun", "time"];

    /// <summary>The arguments of every call of bigs in a script, also behind assignments of variables and launchers such as mpirun.</summary>
    public static IEnumerable<string[]> CallsOfBigs(string script)
    {
        foreach (List<string> words in Commands(script))
        {
            int program = words.FindIndex(word => word is "bigs" or "./bigs");
            bool leads = program >= 0 && (program == 0 || Launchers.Contains(words[0]) || words[0].Contains('=', StringComparison.Ordinal));
            if (leads)
            {
                yield return [.. words.Skip(program + 1)];
            }
        }
    }

    private static IEnumerable<List<string>> Commands(string script)
    {
        string text = script.Replace("\\\n", " ", StringComparison.Ordinal);
        var words = new List<string>();
        StringBuilder? word = null;
        bool skipsTarget = false;
        void End()
        {
            if (word is not null && !skipsTarget)
            {
                words.Add(word.ToString());
            }

            skipsTarget &= word is null;
            word = null;
        }

        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '\'' or '"')
            {
                int close = text.IndexOf(c, i + 1);
                Assert.True(close > i, $"a quote is not closed: {text[i..]}");
                (word ??= new StringBuilder()).Append(text, i + 1, close - i - 1);
                i = close;
            }
            else if (c == '#' && word is null)
            {
                i = text.IndexOf('\n', i) is int end and > 0 ? end - 1 : text.Length;
            }
            else if (c is '\n' or '|' or ';' or '&')
            {
                End();
                if (words.Count > 0)
                {
                    yield return words;
                }

                words = [];
                skipsTarget = false;
            }
            else if (c is '<' or '>')
            {
                End();
                skipsTarget = true;
            }
            else if (c is ' ' or '\t')
            {
                End();
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        End();
        if (words.Count > 0)
        {
            yield return words;
        }
    }
}
