using System.Text;

namespace CllClip.Portal.Features.Uploads;

/// <summary>The header <c>Upload-Metadata</c>: pairs of a key and a value in Base64, apart by commas.</summary>
internal static class TusMetadata
{
    private const int LongestHeader = 4096;
    private const int LongestName = 255;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Kinds of files that can be unpacked, in words.</summary>
    public const string Kinds = ".zip, .tar, .tar.gz or .tgz";

    /// <summary>The file's name out of the header; or why not.</summary>
    /// <param name="header">The header's value.</param>
    /// <param name="wrong">What is wrong with it; null if nothing is.</param>
    public static string FileName(string header, out string? wrong)
    {
        wrong = null;
        string? name = null;
        if (header.Length > LongestHeader)
        {
            wrong = $"Upload-Metadata has more than {LongestHeader} characters.";
            return "";
        }
        if (header.Any(c => c is < ' ' or > '~')) // it comes back as a header, which holds nothing else
        {
            wrong = "Upload-Metadata holds characters that are not ASCII. Send keys in ASCII and values in Base64.";
            return "";
        }
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(' ');
            if (parts is not ["filename", var encoded])
            {
                continue;
            }
            try
            {
                name = Strict.GetString(Convert.FromBase64String(encoded));
            }
            catch (Exception e) when (e is FormatException or DecoderFallbackException)
            {
                wrong = "The filename in Upload-Metadata is not UTF-8 in Base64.";
                return "";
            }
        }
        if (string.IsNullOrWhiteSpace(name))
        {
            wrong = "Upload-Metadata has no filename. Send 'Upload-Metadata: filename BASE64'.";
            return "";
        }
        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            wrong = $"A file's name has at most {LongestName} characters and no control characters.";
            return "";
        }
        wrong = Refuse(name);
        return name;
    }

    /// <summary>Why a file of that name cannot become a data set or model; null if it can.</summary>
    private static string? Refuse(string name)
    {
        bool Ends(params string[] endings) => endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));
        return Ends(".zip", ".tar", ".tar.gz", ".tgz") ? null
            : Ends(".jsonl", ".csv", ".tsv", ".json")
                ? $"“{name}” names images but does not hold them. Pack it together with its images into one archive ({Kinds}), the paths in it relative to the file."
            : Ends(".safetensors", ".bin", ".pt", ".pth", ".ckpt")
                ? $"“{name}” alone is no model. Pack the whole folder (config.json, safetensors, tokenizer) into one archive ({Kinds})."
            : Ends(".7z", ".rar", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".gz")
                ? $"“{name}” is of a kind that is not unpacked here. Pack the folder as {Kinds}."
            : $"“{name}” is no archive. Pack the folder as {Kinds}.";
    }
}
