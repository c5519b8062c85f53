namespace BiGS;

internal static class Placeholder;
