namespace BiGS.Search.Documents;

/// <summary>Text as it stands, prose or source code: a file is one document.</summary>
internal static class PlainTextFormat
{
    /// <summary>What people write for people.</summary>
    public const string Prose = ".txt .text .md .markdown .mdx .rst .adoc .org .tex .bib .log .srt .vtt .eml .ics .vcf .po";

    /// <summary>What people write for machines.</summary>
    public const string SourceCode =
        ".c .h .cc .cpp .cxx .hpp .cs .csx .fs .fsx .vb .java .kt .kts .scala .groovy .clj .go .rs .swift .m .mm .d .zig .nim .v .dart .py .pyi .rb .php .pl .pm .lua .r .jl "
        + ".js .mjs .cjs .jsx .ts .tsx .vue .svelte .css .scss .less .sh .bash .zsh .fish .ps1 .bat .cmd .sql .hs .ml .mli .ex .exs .erl .elm .lisp .el .scm .asm .s .f90 .pas .ada "
        + ".proto .graphql .tf .nix .cmake .mk .gradle .cshtml .razor .xaml .xml .xsd .xsl .csproj .fsproj .vbproj .props .targets .slnx .sln .yml .yaml .toml .ini .cfg .conf .properties";

    private const string Heading = "# ";
    private const int HeadLines = 20;

    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        string text = DocumentText.Load(path, options);
        yield return new FileDocument(1, IsLine: false, text) { Title = BiGS.Files.FileNames.ExtensionOf(path) is ".md" or ".markdown" or ".mdx" ? FirstHeading(text) : null };
    }

    private static string? FirstHeading(string text)
    {
        int lines = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Heading))
            {
                return line[Heading.Length..].Trim().ToString();
            }

            if (++lines == HeadLines)
            {
                break;
            }
        }

        return null;
    }
}
