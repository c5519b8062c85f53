using BiGS.Files;

namespace BiGS.Training.Distributed;

/// <summary>What rank 0 has settled holds for all: the options of a run, as the JSON that is kept with it.</summary>
internal static class OptionsBroadcast
{
    /// <summary>Rank 0's options on every rank.</summary>
    /// <param name="ranks">All of them ask.</param>
    /// <param name="options">Rank 0's own; of others, nothing.</param>
    public static T BroadcastOptions<T>(this IProcessGroup ranks, T? options)
        where T : class
    {
        byte[] json = ranks.BroadcastBytes(System.Text.Encoding.UTF8.GetBytes(options is null ? string.Empty : OptionsFile.ToJson(options)));
        return options ?? OptionsFile.Parse<T>(System.Text.Encoding.UTF8.GetString(json));
    }
}
