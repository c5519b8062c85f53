using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace BiGS.Search.Documents;

/// <summary>
/// Pages of the web: their visible text, without scripts, styles, and what stands around the contents of every page of a site (navigation, banners, footers).
/// Where a page marks its contents as its main part, that is read.
/// </summary>
internal static class HtmlFormat
{
    private const int Head = 1024;

    private static readonly HashSet<string> Invisible = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "audio", "video", "datalist", "dialog", "head", "button", "select", "input", "textarea",
    };

    private static readonly HashSet<string> AroundContents = new(StringComparer.OrdinalIgnoreCase) { "nav", "aside" };

    private static readonly HashSet<string> Roles = new(StringComparer.OrdinalIgnoreCase) { "navigation", "banner", "contentinfo", "search", "complementary", "dialog" };

    private static readonly HashSet<string> Paragraphs = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "figure", "section", "article", "header", "footer", "main", "hr", "fieldset", "details",
    };

    private static readonly HashSet<string> Lines = new(StringComparer.OrdinalIgnoreCase)
    {
        "div", "li", "dt", "dd", "tr", "caption", "figcaption", "address", "summary", "legend", "br", "center", "form", "thead", "tbody", "tfoot", "body",
    };

    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        using IHtmlDocument page = new HtmlParser().ParseDocument(Decode(path, DocumentText.Bytes(path, options)));
        string text = Text(page);
        string? title = page.Title is { Length: > 0 } named ? named : page.QuerySelector("h1")?.TextContent.Trim();
        return [FileDocument.WithoutLines(text) with { Title = string.IsNullOrWhiteSpace(title) ? null : title }];
    }

    private static string Text(IHtmlDocument page)
    {
        IElement[] main = [.. page.QuerySelectorAll("main, [role=main]")];
        if (main.Length == 0 && page.QuerySelectorAll("article") is { Length: 1 } articles)
        {
            main = [articles[0]];
        }

        string text = main is [IElement only] ? Text(only) : "";
        return text.Length > 0 || page.Body is null ? text : Text(page.Body);
    }

    /// <summary>The text of an element, block by block; without recursion, since pages may be nested as deeply as their makers like.</summary>
    private static string Text(IElement root)
    {
        var text = new VisibleText();
        INode? node = root;
        while (node is not null)
        {
            bool enters = !(node is IElement element && node != root && IsLeftOut(element));
            if (enters)
            {
                if (node is IText words)
                {
                    text.Add(words.Data, isPreformatted: node.ParentElement?.Closest("pre") is not null);
                }
                else
                {
                    text.Break(Gap(node));
                }
            }

            if (enters && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node != root && node!.NextSibling is null)
            {
                node = node.Parent;
                text.Break(Gap(node!));
            }

            node = node == root ? null : node!.NextSibling;
        }

        return text.ToString();
    }

    private static bool IsLeftOut(IElement element) =>
        Invisible.Contains(element.LocalName) || AroundContents.Contains(element.LocalName)
        || (element.LocalName is "header" or "footer" && element.Closest("article, main, section") is null)
        || (element.GetAttribute("role") is { } role && Roles.Contains(role))
        || element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true"
        || element.GetAttribute("style")?.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>What stands before and after an element: 2 for an empty line, 1 for a new line, 0 for nothing.</summary>
    private static int Gap(INode node) => node is not IElement element ? 0
        : Paragraphs.Contains(element.LocalName) ? 2
        : Lines.Contains(element.LocalName) ? 1
        : element.LocalName is "td" or "th" ? -1
        : 0;

    /// <summary>What the page says of its encoding, unless its bytes say something else.</summary>
    private static string Decode(string path, ReadOnlyMemory<byte> bytes)
    {
        string head = Encoding.Latin1.GetString(bytes.Span[..Math.Min(Head, bytes.Length)]);
        int at = head.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        string declared = at < 0 ? "" : new string([.. head[(at + "charset=".Length)..].TrimStart('"', '\'', ' ').TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')]);
        return EncodingDetector.Decode(path, bytes.Span, declared);
    }

    /// <summary>Text with its white space as a browser shows it.</summary>
    private sealed class VisibleText
    {
        private readonly StringBuilder _text = new();
        private int _breaks;
        private bool _space;

        public void Break(int lines)
        {
            _breaks = Math.Max(_breaks, lines);
            _space |= lines < 0;
        }

        public void Add(string words, bool isPreformatted)
        {
            foreach (char c in words)
            {
                if (char.IsWhiteSpace(c) && !(isPreformatted && c == '\n'))
                {
                    _space = true;
                }
                else if (isPreformatted && c == '\n')
                {
                    _breaks = Math.Max(_breaks, 1);
                }
                else
                {
                    Separate();
                    _text.Append(c);
                }
            }
        }

        public override string ToString() => _text.ToString();

        private void Separate()
        {
            if (_text.Length > 0)
            {
                _text.Append('\n', _breaks).Append(_space && _breaks == 0 ? " " : "");
            }

            (_breaks, _space) = (0, false);
        }
    }
}
