namespace CllClip.Fuzz.Portal;

/// <summary>Bodies and addresses that the portal takes, small.</summary>
internal static class PortalSamples
{
    /// <summary>Scores as CSV.</summary>
    public static byte[] Csv { get; } =
        "stage,language,direction,k,recall,n,protocol,dataset\n1,en,t2i,1,41.5,50,emoji36,emoji36\n1,en,i2t,1,40,50,emoji36,emoji36\n2,en,t2i,1,39.25,50,emoji36,emoji36\n2,en,i2t,1,38,50,emoji36,emoji36\n2,de,t2i,1,30,50,emoji36,emoji36\n2,de,i2t,1,31,50,emoji36,emoji36\n"u8.ToArray();

    /// <summary>Scores as JSON.</summary>
    public static byte[] Json { get; } =
        """{"name":"ER, our code","method":"er","otherMethod":false,"teir":true,"dataset":"emoji36","languages":["en"],"seed":1,"model":"emoji-base","epochs":6,"unit":"percent","provenance":{"source":"Our lab","url":"https://example.org/er","codeVersion":"1.4","gpus":8},"scores":[{"stage":1,"language":"en","direction":"t2i","k":1,"recall":41.5,"n":50,"protocol":"emoji36"},{"stage":1,"language":"en","direction":"i2t","k":1,"recall":40,"n":50,"protocol":"emoji36"}]}"""u8.ToArray();

    /// <summary>Words of scores and requests.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        "\"method\":\"lora\"",
        "\"languages\":",
        "\"options\":",
        "\"learningRate\":",
        "\"seeds\":[1,2]",
        "\"testSets\":",
        "\"tags\":",
        "\"\\ud800\"",
        "\\u0000",
        "t2i",
        "NaN",
        "'=1",
        "\"provenance\":",
        "\"dataset\":\"xm3600\"",
        "../",
        "%00",
        "%ff",
        "%ED%A0%80",
        "&",
        "[]",
        "{}",
    ];
}
