using System.Text.Json.Serialization;

namespace CllClip.Portal.Features.Uploads;

/// <summary>How far an upload is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UploadState>))]
public enum UploadState
{
    /// <summary>Bytes are missing; whoever has the file can go on.</summary>
    [JsonStringEnumMemberName("receiving")]
    Receiving,

    /// <summary>It is whole; another is being unpacked first.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>It is being unpacked.</summary>
    [JsonStringEnumMemberName("unpacking")]
    Unpacking,

    /// <summary>It is unpacked: a data set or model can be made of it.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>It cannot be unpacked; the error says why.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>An upload as pages and API show it.</summary>
public sealed record Upload
{
    /// <summary>Identifier, made by the portal.</summary>
    public required string Id { get; init; }

    /// <summary>What the person's file is called; never part of a path.</summary>
    public required string FileName { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Length { get; init; }

    /// <summary>Bytes that are here.</summary>
    public required long Offset { get; init; }

    /// <summary>How far it is.</summary>
    public required UploadState State { get; init; }

    /// <summary>Share unpacked, 0 to 1; null while it is not being unpacked.</summary>
    public double? Fraction { get; init; }

    /// <summary>Seconds until it is unpacked; null while unknown.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Files in the archive; null until it is unpacked.</summary>
    public int? Files { get; init; }

    /// <summary>Their bytes; null until it is unpacked.</summary>
    public long? UnpackedBytes { get; init; }

    /// <summary>Why it cannot be used; null if it can.</summary>
    public string? Error { get; init; }

    /// <summary>Whether unpacking can be tried again: the archive is whole, and only the disk had no room for what is in it.</summary>
    public bool MayRetry { get; init; }

    /// <summary>What uses it, for example <c>data set my-photos</c>; null for nothing.</summary>
    public string? UsedBy { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it is removed; null while something uses it.</summary>
    public DateTime? ExpiresAt { get; init; }
}

/// <summary>An upload as it is kept in its folder.</summary>
/// <param name="Id">Identifier, also the folder's name.</param>
/// <param name="FileName">The person's name for it.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Metadata">What the client sent as <c>Upload-Metadata</c>, to be given back.</param>
/// <param name="CreatedAt">When it was begun, UTC.</param>
/// <param name="TouchedAt">When its last bytes came or it was unpacked, UTC.</param>
/// <param name="Unpacked">What came of unpacking; null before.</param>
internal sealed record UploadRecord(
    string Id,
    string FileName,
    long Length,
    string Metadata,
    DateTime CreatedAt,
    DateTime TouchedAt,
    UnpackOutcome? Unpacked
);

/// <summary>What came of unpacking.</summary>
/// <param name="Files">Number of files.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Error">Why it was refused; null if it was not.</param>
/// <param name="MayRetry">Whether the archive was kept, so that unpacking can be tried again.</param>
internal sealed record UnpackOutcome(int Files, long Bytes, string? Error, bool MayRetry = false);

/// <summary>An upload is refused.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">In a few words.</param>
/// <param name="Detail">What is wrong and what to do.</param>
public sealed record UploadRefusal(int Status, string Title, string Detail);
