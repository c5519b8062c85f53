using BiGS.Cli.Options;
using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.Plottables;
using SkiaSharp;

namespace BiGS.Cli.Plots;

/// <summary>Writes plots as a .png or .svg by the file's ending.</summary>
internal static class Picture
{
    private const int PngQuality = 100;
    private const int UsualWide = 900;
    private const int UsualHigh = 560;
    private const int PanelsInARow = 4;

    /// <summary>Readable in grey: each line has its own marker. (Dashes do not reach a .svg.)</summary>
    public static IReadOnlyList<MarkerShape> Markers { get; } =
    [
        MarkerShape.FilledCircle, MarkerShape.OpenCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.OpenDiamond, MarkerShape.Cross,
        MarkerShape.OpenSquare, MarkerShape.Eks,
    ];

    private static readonly string? Lettering = ((string[])["Noto Sans", "Open Sans", "Liberation Sans", "DejaVu Sans", "Arial"])
        .FirstOrDefault(name => SKFontManager.Default.FontFamilies.Contains(name));

    /// <summary>An empty plot, lettered in a sans serif that is installed; asked for one that is not, Skia takes whatever comes first.</summary>
    public static Plot NewPlot()
    {
        var plot = new Plot();
        plot.Legend.ShadowColor = Colors.Transparent; // in an .svg it falls off the legend
        if (Lettering is { } name)
        {
            plot.Font.Set(name);
        }

        return plot;
    }

    /// <summary>A plot as the text of an .svg element, to stand in a page.</summary>
    public static string Svg(Plot plot, int wide, int high)
    {
        using var stream = new MemoryStream();
        WriteSvg(new Multiplot(plot), stream, wide, high);
        string svg = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        string ground = $"<rect width=\"{wide}\" height=\"{high}\"/>"; // black, and it shines through at the edges of the white one upon it
        return $"<svg viewBox=\"0 0 {wide} {high}\"" + svg[(svg.IndexOf("<svg", StringComparison.Ordinal) + "<svg".Length)..].Replace(ground, "", StringComparison.Ordinal);
    }

    /// <summary>Checks where a picture is to be written, before it is drawn.</summary>
    /// <exception cref="ArgumentException">The file is neither a .png nor a .svg.</exception>
    /// <inheritdoc cref="OutputPath.File"/>
    public static string Path(string file, string option, bool overwrite) =>
        System.IO.Path.GetExtension(file) is ".png" or ".svg" ? OutputPath.File(file, option, overwrite) : throw NoPicture(file);

    /// <summary>Adds a map of numbers from 0 (white) upward (black); column and row s stand at s, the first row on top.</summary>
    /// <param name="plot">Takes it.</param>
    /// <param name="map">Rows and columns.</param>
    /// <param name="firstColumn">Where on the axis the first column is to stand.</param>
    public static Heatmap AddMap(Plot plot, double[,] map, int firstColumn = 0)
    {
        Heatmap heat = plot.Add.Heatmap(map);
        heat.Colormap = new ScottPlot.Colormaps.GrayscaleReversed();
        heat.Extent = new CoordinateRect(firstColumn, firstColumn + map.GetLength(1) - 1, map.GetLength(0) - 1, 0); // between the centres of the outer cells
        heat.FlipVertically = true;
        return heat;
    }

    /// <summary>Several plots in rows of at most four.</summary>
    /// <param name="panels">At least one.</param>
    /// <param name="file">A .png or .svg.</param>
    /// <param name="wide">Pixels of a panel.</param>
    /// <param name="high">Pixels of a panel.</param>
    public static void SavePanels(IReadOnlyList<Plot> panels, string file, int wide, int high)
    {
        int columns = Math.Min(PanelsInARow, panels.Count);
        int rows = (panels.Count + columns - 1) / columns;
        var plots = new Multiplot(panels[0]) { Layout = new Grid(rows, columns) };
        panels.Skip(1).ToList().ForEach(plots.Subplots.Add);
        Save(plots, file, wide * columns, high * rows);
    }

    /// <inheritdoc cref="Save(Plot, string, int, int)"/>
    public static void Save(Plot plot, string file) => Save(plot, file, UsualWide, UsualHigh);

    /// <exception cref="ArgumentException">The file is neither a .png nor a .svg.</exception>
    public static void Save(Plot plot, string file, int wide, int high) => Save(new Multiplot(plot), file, wide, high);

    /// <inheritdoc cref="Save(Plot, string, int, int)"/>
    public static void Save(Multiplot plots, string file, int wide, int high)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!);
        switch (System.IO.Path.GetExtension(file))
        {
            case ".png":
                using (var bitmap = new SKBitmap(wide, high))
                {
                    using (var canvas = new SKCanvas(bitmap))
                    {
                        canvas.Clear(SKColors.White);
                        plots.Render(canvas, new PixelRect(0, wide, high, 0));
                    }

                    using FileStream stream = File.Create(file);
                    bitmap.Encode(stream, SKEncodedImageFormat.Png, PngQuality);
                }

                break;
            case ".svg":
                using (FileStream stream = File.Create(file))
                {
                    WriteSvg(plots, stream, wide, high);
                }

                break;
            default:
                throw NoPicture(file);
        }
    }

    private static ArgumentException NoPicture(string file) => new($"{file}: a picture is written as .png or .svg; give the file one of these endings.");

    private static void WriteSvg(Multiplot plots, Stream stream, int wide, int high)
    {
        using SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, wide, high), stream);
        plots.Render(canvas, new PixelRect(0, wide, high, 0));
    }
}
