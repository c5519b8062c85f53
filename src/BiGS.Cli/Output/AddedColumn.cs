using System.Text.Json;

namespace BiGS.Cli.Output;

/// <summary>A column that a model adds to a table.</summary>
/// <typeparam name="T">What the model says of a row.</typeparam>
/// <param name="Name">The column's name.</param>
/// <param name="Cell">Its cell in a row of text.</param>
/// <param name="Write">Its value in a JSON object.</param>
internal sealed record AddedColumn<T>(string Name, Func<T, string> Cell, Action<Utf8JsonWriter, T> Write);
