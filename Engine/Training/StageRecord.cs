using System.Text.Json;
using CllClip.Engine.Tokenizer;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Engine.Training;

/// <summary>What a stage says of itself, as JSON.</summary>
/// <param name="Format">Version of the format, 1.</param>
/// <param name="BaseHash">Hash of the base model.</param>
/// <param name="Parent">SHA-256 of the stage file before, or of the base's weights.</param>
/// <param name="Figures">Figures of the stage.</param>
/// <param name="OthersFactor">What the rows not in the delta are multiplied by.</param>
/// <param name="Vocabulary">Tokens and merges added.</param>
/// <param name="Scores">All scores of the stage.</param>
/// <param name="Delta">SHA-256 of the file with the changed rows.</param>
/// <param name="Method">Id of the method; null in chains written before there was more than one.</param>
/// <param name="Options">The method's options in force.</param>
/// <param name="Own">SHA-256 of each file that the method wrote beside, by name.</param>
/// <param name="Seal">SHA-256 of this record with an empty seal; null in chains of earlier versions.</param>
public sealed record StageRecord(
    int Format,
    string BaseHash,
    string Parent,
    StageView Figures,
    double OthersFactor,
    VocabularyDelta Vocabulary,
    IReadOnlyList<Score> Scores,
    string Delta,
    string? Method = null,
    IReadOnlyDictionary<string, JsonElement>? Options = null,
    IReadOnlyDictionary<string, string>? Own = null,
    string? Seal = null
);
