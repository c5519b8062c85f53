using System.Globalization;
using BiGS.Cli.Output;
using BiGS.Training.Evaluation;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BiGS.Cli.Plots;

/// <summary>A confusion matrix: a row for each true class, dark where many of its examples were predicted to be of the column's class; counts in the cells.</summary>
internal static class ConfusionPlot
{
    private const int WidestLabel = 26;
    private const int MostCounted = 40;
    private const float LabelSize = 13;
    private const int LetterWide = 7;
    private const int Beside = 20;

    /// <summary>Draws it.</summary>
    /// <param name="matrix">What was predicted.</param>
    /// <param name="title">Of the picture.</param>
    /// <param name="file">A .png or .svg.</param>
    /// <exception cref="ArgumentException">The file is neither.</exception>
    public static void Save(ConfusionMatrix matrix, string title, string file)
    {
        int classes = matrix.Labels.Count;
        string[] labels = [.. matrix.Labels.Select(label => LabelTruncation.Of(label, WidestLabel))];
        int cell = Math.Clamp(900 / classes, classes > MostCounted ? 14 : 44, 130);
        int margin = 40 + (LetterWide * labels.Max(label => label.Length));
        bool areUpright = labels.Max(label => label.Length) * LetterWide > cell - 6;
        using Plot plot = Draw(matrix, labels, cell, areUpright);
        plot.Title($"{LabelTruncation.Of(title, WidestLabel)}: {matrix.Count.ToString("N0", CultureInfo.InvariantCulture)} examples, accuracy {(100 * matrix.Accuracy).ToString("f1", CultureInfo.InvariantCulture)} %");
        plot.Axes.Title.Label.FontSize = 15;
        var padding = new PixelPadding(margin + 30, 30, (areUpright ? margin : 40) + 30, 50);
        plot.Layout.Fixed(padding);
        (plot.Axes.Left.MinimumSize, plot.Axes.Bottom.MinimumSize) = (padding.Left - Beside, padding.Bottom - Beside); // so that the axes are named beyond the labels
        Picture.Save(plot, file, (int)(padding.Left + padding.Right) + (cell * classes), (int)(padding.Top + padding.Bottom) + (cell * classes));
    }

    private static Plot Draw(ConfusionMatrix matrix, string[] labels, int cell, bool areUpright)
    {
        int classes = labels.Length;
        double[,] shares = new double[classes, classes];
        IReadOnlyList<ClassScore> scores = matrix.PerClass;
        Plot plot = Picture.NewPlot();
        for (int t = 0; t < classes; t++)
        {
            for (int p = 0; p < classes; p++)
            {
                shares[t, p] = (double)matrix[t, p] / Math.Max(1, scores[t].Support);
            }
        }

        Picture.AddMap(plot, shares).ManualRange = new ScottPlot.Range(0, 1);
        for (int t = 0; t < classes && classes <= MostCounted; t++)
        {
            for (int p = 0; p < classes; p++)
            {
                if (matrix[t, p] > 0)
                {
                    var count = plot.Add.Text(matrix[t, p].ToString(CultureInfo.InvariantCulture), p, t);
                    count.LabelFontColor = shares[t, p] > 0.5 ? Colors.White : Colors.Black;
                    count.LabelAlignment = Alignment.MiddleCenter;
                    count.LabelFontSize = Math.Clamp(cell / 4, 11, 18);
                }
            }
        }

        double[] places = [.. Enumerable.Range(0, classes).Select(i => (double)i)];
        plot.Axes.Left.TickGenerator = new NumericManual(places, labels);
        plot.Axes.Bottom.TickGenerator = new NumericManual(places, labels);
        plot.Axes.Left.TickLabelStyle.FontSize = plot.Axes.Bottom.TickLabelStyle.FontSize = classes > MostCounted ? 10 : LabelSize;
        if (areUpright)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = 90;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
        }

        plot.Axes.SetLimits(-0.5, classes - 0.5, classes - 0.5, -0.5);
        plot.Grid.IsVisible = false;
        plot.XLabel("predicted class");
        plot.YLabel("true class");
        return plot;
    }
}
