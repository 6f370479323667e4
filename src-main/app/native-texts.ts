/** What the program says outside its page: menu and dialogs. */
export interface NativeTexts {
  readonly file: string;
  readonly openLogs: string;
  readonly openWorkspace: string;
  readonly quit: string;
  readonly edit: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly selectAll: string;
  readonly view: string;
  readonly reload: string;
  readonly fullScreen: string;
  readonly developerTools: string;
  readonly window: string;
  readonly minimise: string;
  readonly help: string;
  readonly notices: string;
  readonly chooseFolders: string;
  readonly chooseFiles: string;
  readonly choosePack: string;
  readonly packs: string;
  readonly images: string;
  readonly allFiles: string;
  readonly busy: string;
  readonly busyDetail: string;
  readonly keepWorking: string;
  readonly quitAnyway: string;
  readonly windowCrashed: string;
  readonly windowCrashedDetail: string;
  readonly openAgain: string;
  readonly notResponding: string;
  readonly notRespondingDetail: string;
  readonly wait: string;
  readonly notStarted: string;
  readonly databaseMissing: string;
  readonly databaseOlder: string;
  /** With `{folder}`, `{files}`, `{megabytes}`, `{newest}` and `{copies}`. */
  readonly databaseDetail: string;
  readonly restoreCopy: string;
  readonly goOnWithOlder: string;
  readonly altered: string;
}

const ENGLISH: NativeTexts = {
  file: '&File',
  openLogs: 'Show log files',
  openWorkspace: 'Show workspace folder',
  quit: 'Quit',
  edit: '&Edit',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  view: '&View',
  reload: 'Load the window again',
  fullScreen: 'Full screen',
  developerTools: 'Developer tools',
  window: '&Window',
  minimise: 'Minimise',
  help: '&Help',
  notices: 'Licences of third-party software',
  chooseFolders: 'Choose folders with images',
  chooseFiles: 'Choose images',
  choosePack: 'Choose a model pack',
  packs: 'Model packs',
  images: 'Images',
  allFiles: 'All files',
  busy: 'A run, an import or an export is still at work.',
  busyDetail: 'What was inspected is stored, and the run can be resumed when the program is opened again.',
  keepWorking: 'Keep working',
  quitAnyway: 'Interrupt and quit',
  windowCrashed: 'The window has crashed.',
  windowCrashedDetail: 'Nothing that was saved is lost, and runs go on. The log says more.',
  openAgain: 'Open it again',
  notResponding: 'The window does not respond.',
  notRespondingDetail: 'Runs go on. Loading the window again loses only what was not saved yet.',
  wait: 'Wait',
  notStarted: 'ClipSAM Workstation could not start',
  databaseMissing: 'The database of the workspace is missing or empty.',
  databaseOlder: 'The database of the workspace is older than its files, or another one’s.',
  databaseDetail:
    '{folder}\n{files} maps and masks are there ({megabytes} MB, the newest of {newest} UTC), and {copies} copies of a database. Nothing was changed, and whatever you choose, no file is removed.',
  restoreCopy: 'Restore the newest copy',
  goOnWithOlder: 'Go on with the older one',
  altered:
    'These files of the program are not those that it was installed with. Your batches are not affected. Install it again:',
};

const CHINESE: NativeTexts = {
  file: '文件(&F)',
  openLogs: '显示日志文件',
  openWorkspace: '显示工作区文件夹',
  quit: '退出',
  edit: '编辑(&E)',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  view: '视图(&V)',
  reload: '重新加载窗口',
  fullScreen: '全屏',
  developerTools: '开发者工具',
  window: '窗口(&W)',
  minimise: '最小化',
  help: '帮助(&H)',
  notices: '第三方软件许可',
  chooseFolders: '选择图像文件夹',
  chooseFiles: '选择图像',
  choosePack: '选择模型包',
  packs: '模型包',
  images: '图像',
  allFiles: '所有文件',
  busy: '检测、导入或导出仍在进行。',
  busyDetail: '已检测的结果均已保存，下次打开程序后可以继续运行检测任务。',
  keepWorking: '继续运行',
  quitAnyway: '中断并退出',
  windowCrashed: '窗口已崩溃。',
  windowCrashedDetail: '已保存的内容不会丢失，检测任务仍在继续。详情请查看日志。',
  openAgain: '重新打开',
  notResponding: '窗口没有响应。',
  notRespondingDetail: '检测任务仍在继续。重新加载窗口只会丢失尚未保存的内容。',
  wait: '等待',
  notStarted: 'ClipSAM 工作站无法启动',
  databaseMissing: '工作区的数据库缺失或为空。',
  databaseOlder: '工作区的数据库比其文件旧，或属于其他工作区。',
  databaseDetail:
    '{folder}\n其中有 {files} 个异常图和掩码（{megabytes} MB，最新的为 {newest} UTC）以及 {copies} 个数据库副本。未作任何更改；无论如何选择，都不会删除任何文件。',
  restoreCopy: '恢复最新的副本',
  goOnWithOlder: '继续使用较旧的数据库',
  altered: '以下程序文件与安装时的不同。您的批次不受影响。请重新安装程序：',
};

/** @param locale as the system has it, such as `zh-CN` or `de` */
export function nativeTexts(locale: string): NativeTexts {
  return /^zh\b/i.test(locale) ? CHINESE : ENGLISH;
}
