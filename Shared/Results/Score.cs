using System.Text.Json.Serialization;

namespace CllClip.Shared.Results;

/// <summary>Direction of retrieval.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RetrievalDirection>))]
public enum RetrievalDirection
{
    /// <summary>A caption is the query, images are ranked.</summary>
    [JsonStringEnumMemberName("t2i")]
    TextToImage,

    /// <summary>An image is the query, captions are ranked.</summary>
    [JsonStringEnumMemberName("i2t")]
    ImageToText,
}

/// <summary>One measured recall: a row of <c>/api/v1/runs/{id}/scores</c>, never changed once stored.</summary>
/// <param name="Stage">Number of tasks learned when it was measured, from 1 (zero-shot: the one stage is 1).</param>
/// <param name="Language">Code of the language whose captions were used.</param>
/// <param name="Direction">Text to image or image to text.</param>
/// <param name="K">1, 5 or 10.</param>
/// <param name="Recall">Recall@K in percent, full precision.</param>
/// <param name="N">Number of queries.</param>
/// <param name="Protocol">Evaluation protocol, for example <c>emoji36</c>; scores of different protocols are never compared.</param>
public sealed record Score(int Stage, string Language, RetrievalDirection Direction, int K, double Recall, int N, string Protocol)
{
    /// <summary>Id of the further data set that it was measured on (<see cref="Runs.RunRequest.TestSets"/>); null is the run's own. Scores of different data sets are never compared.</summary>
    public string? Dataset { get; init; }
}
