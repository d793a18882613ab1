using MudBlazor;

namespace CllClip.Portal.Layout;

/// <summary>Colours, type and spacing: calm and dense, one accent colour (teal) that holds its contrast in light and dark.</summary>
public static class PortalTheme
{
    /// <summary>Fonts of the reader's system first, then Noto's families, served by the portal itself (<c>wwwroot/fonts</c>): they cover the scripts of all 36 languages.</summary>
    private static readonly string[] Fonts =
    [
        "system-ui",
        "-apple-system",
        "Segoe UI",
        "Roboto",
        "Noto Sans",
        "Noto Sans Arabic",
        "Noto Sans Hebrew",
        "Noto Sans Bengali",
        "Noto Sans Telugu",
        "Noto Sans Thai",
        "Noto Sans JP",
        "Noto Sans KR",
        "Noto Sans SC",
        "sans-serif",
    ];

    public static MudTheme Theme { get; } =
        new()
        {
            PaletteLight = new PaletteLight
            {
                Primary = "#0b6b7d",
                PrimaryContrastText = "#ffffff",
                Secondary = "#4b5563",
                Tertiary = "#7a5c00",
                Info = "#0b6b7d",
                Success = "#1d7a46",
                Warning = "#8a5a00",
                Error = "#b3261e",
                Background = "#f6f7f9",
                BackgroundGray = "#eceff2",
                Surface = "#ffffff",
                AppbarBackground = "#ffffff",
                AppbarText = "#16202a",
                TextPrimary = "#16202a",
                TextSecondary = "#52606d",
                ActionDefault = "#52606d",
                LinesDefault = "#dfe3e8",
                LinesInputs = "#8a96a3",
                TableLines = "#e3e7eb",
                Divider = "#dfe3e8",
            },
            PaletteDark = new PaletteDark
            {
                Primary = "#5cc8d7",
                PrimaryContrastText = "#04252b",
                Secondary = "#a3afbb",
                Tertiary = "#e0b94a",
                Info = "#5cc8d7",
                Success = "#6fcf97",
                Warning = "#e5b454",
                Error = "#ff8a80",
                ErrorContrastText = "#3b0907",
                SuccessContrastText = "#06281a",
                WarningContrastText = "#2e1f00",
                InfoContrastText = "#04252b",
                Background = "#0f1418",
                BackgroundGray = "#1b2228",
                Surface = "#161c21",
                AppbarBackground = "#161c21",
                AppbarText = "#e6ebf0",
                TextPrimary = "#e6ebf0",
                TextSecondary = "#a3afbb",
                ActionDefault = "#a3afbb",
                LinesDefault = "#2a333b",
                LinesInputs = "#6b7884",
                TableLines = "#2a333b",
                Divider = "#2a333b",
            },
            LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", AppbarHeight = "48px" },
            Typography = new Typography
            {
                Default = new DefaultTypography
                {
                    FontFamily = Fonts,
                    FontSize = ".875rem",
                    LetterSpacing = "normal",
                },
                Button = new ButtonTypography { TextTransform = "none", FontWeight = "500" },
            },
        };
}
