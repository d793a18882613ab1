namespace CllClip.Fuzz.Engine;

/// <summary>The targets that need the engine alone.</summary>
internal static class EngineTargets
{
    /// <summary>Names, and how each is made.</summary>
    public static IReadOnlyDictionary<string, Func<IFuzzTarget>> All { get; } =
        new Dictionary<string, Func<IFuzzTarget>>
        {
            ["safetensors"] = () => new SafetensorsTarget(),
            ["tokenizer"] = () => new TokenizerTarget(),
            ["model"] = () => new ModelTarget(),
            ["corpora"] = () => new CorpusTarget(),
            ["images"] = () => new ImageTarget(),
            ["runfiles"] = () => new RunFilesTarget(),
        };
}
